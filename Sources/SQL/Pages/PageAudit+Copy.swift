/// What a copy asks of its source's pages.
extension PageAudit {
    /// The first of some pages that the file holds with a wrong checksum; nothing when all are right.
    ///
    /// A page that a snapshot takes from the log has no checksum yet. One that is not in the log
    /// and wrong in the file was damaged there.
    func firstFault(among numbers: [Int]) throws -> PageFault? {
        let file = try connection.mainFile()
        guard let layout = try file.layout(), layout.hasChecksums, !numbers.isEmpty else {
            return nil
        }
        let page = UnsafeMutableRawBufferPointer.allocate(
            byteCount: layout.pageBytes, alignment: PageChecksum.byteCount)
        defer { page.deallocate() }
        let pageCount = Int(try file.size()) / layout.pageBytes
        let logged = pagesInLog(layout)
        for number in numbers where number <= pageCount && number != layout.lockPage {
            if try isRight(number, file, page) { continue }
            if try logged().contains(number) || becomesRight(number, file, page) { continue }
            // A page that was free before it was ever written is a hole in the file.
            if page.allSatisfy({ $0 == 0 }) { continue }
            return PageFault(
                page: number, owner: nil,
                fault: "its checksum is wrong; it was damaged, or written by another program")
        }
        return nil
    }
}
