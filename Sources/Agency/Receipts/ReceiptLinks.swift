import Cryptography

/// Makes and checks the links by which anyone can see whether a receipt is genuine.
///
/// A link ends in the receipt's serial number and a check: 80 bits of an HMAC, so that nobody
/// finds a receipt who does not hold it.
public struct ReceiptLinks: Sendable {
    /// The characters of a check: 16 of base32 (RFC 4648), in lower case.
    static let checkLength = 16
    private static let digits = [UInt8]("abcdefghijklmnopqrstuvwxyz234567".utf8)

    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    /// The link of a receipt.
    ///
    /// - Parameter base: where the server is reached from outside, without a slash at the end.
    public func link(serial: Int64, base: String) -> String {
        base + "/r/" + token(serial: serial)
    }

    /// What a link ends in.
    public func token(serial: Int64) -> String {
        "\(serial)-" + String(decoding: check(serial), as: UTF8.self)
    }

    /// The receipt that a link's end names, or nothing when the check is not its.
    public func serial(token: String) -> Int64? {
        let parts = token.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let serial = Int64(parts[0]), serial > 0,
            String(serial) == parts[0],
            constantTimeEquals([UInt8](parts[1].utf8), check(serial))
        else { return nil }
        return serial
    }

    private func check(_ serial: Int64) -> [UInt8] {
        let code = HMACSHA256.authenticate("receipt \(serial)", key: key).bytes
        var characters: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in code where characters.count < Self.checkLength {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 5, characters.count < Self.checkLength {
                count -= 5
                characters.append(Self.digits[Int(bits >> count & 31)])
            }
            bits &= (1 << count) - 1
        }
        return characters
    }
}
