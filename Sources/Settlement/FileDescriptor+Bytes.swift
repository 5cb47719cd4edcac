extension FileDescriptor {
    /// Writes a whole array.
    func writeAll(_ bytes: [UInt8], _ disk: DiskCalls) throws(SettlementError) {
        var failure: SettlementError?
        bytes.withUnsafeBytes { bytes in
            do throws(SettlementError) {
                try write(bytes, disk)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Reads from an offset until the array is full or the file ends, and shortens it to that.
    func read(into bytes: inout [UInt8], from start: Int, at offset: Int64)
        throws(SettlementError)
    {
        var failure: SettlementError?
        var count = 0
        bytes.withUnsafeMutableBytes { whole in
            do throws(SettlementError) {
                count = try read(into: .init(rebasing: whole[start...]), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        bytes.removeSubrange((start + count)...)
    }

    /// The first bytes of the file, or nothing when it has more than the limit.
    func readAll(limit: Int) throws(SettlementError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        try read(into: &bytes, from: 0, at: 0)
        return bytes.count <= limit ? bytes : nil
    }
}
