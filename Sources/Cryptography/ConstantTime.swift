import CSSL

/// Compares bytes in a time that depends on their count only; the count itself is not secret.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEquals(left, $0) } }
}

/// Compares bytes in a time that depends on their count only; the count itself is not secret.
public func constantTimeEquals(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
) -> Bool {
    guard left.count == right.count else { return false }
    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
    return CRYPTO_memcmp(leftBase, rightBase, left.count) == 0
}
