import CMicroHTTPD

/// Looks for line ends other than CRLF in the framing of a chunked body.
///
/// The library accepts a bare LF there, which another server in front may read otherwise. The
/// bytes between two pieces of data that arrived together still stand in its buffer, before the
/// second piece; framing that arrived alone has been overwritten and is not seen.
struct ChunkFraming {
    /// Where a body begins in the library's buffer, whenever its buffer is empty.
    private let bufferStart: UnsafePointer<UInt8>
    private var previousEnd: UnsafePointer<UInt8>

    init(bufferStart: UnsafePointer<UInt8>) {
        self.bufferStart = bufferStart
        previousEnd = bufferStart
    }

    /// Checks the framing in front of a piece of data; false when it is malformed.
    mutating func accept(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = piece.baseAddress, start >= bufferStart else { return false }
        // A piece before the end of the last one begins a new filling of the buffer.
        let framingStart = start >= previousEnd ? previousEnd : bufferStart
        previousEnd = start + piece.count
        guard start > framingStart else { return true }
        // Within a new filling the last end may lie between a CR and its LF.
        let isCut = framingStart > bufferStart && framingStart.pointee == 0x0A
        return ChunkFraming.hasOnlyFullLineEnds(
            UnsafeBufferPointer(start: framingStart, count: start - framingStart),
            after: isCut ? framingStart[-1] : 0)
    }

    /// Whether fields followed the last chunk.
    ///
    /// When the CR of the last line comes without its LF, the library lists the last header field
    /// once more as a trailer. A real one lies after the header.
    func hasTrailers(_ connection: OpaquePointer) -> Bool {
        var trailers = TrailerCount(bufferStart: bufferStart, count: 0)
        MHD_get_connection_values(
            connection, .FOOTER_KIND,
            { context, _, name, _ in
                guard let context, let name else { return .NO }
                let trailers = context.assumingMemoryBound(to: TrailerCount.self)
                let address = UInt(bitPattern: name)
                if address >= UInt(bitPattern: trailers.pointee.bufferStart) {
                    trailers.pointee.count += 1
                }
                return .YES
            }, &trailers)
        return trailers.count > 0
    }

    private struct TrailerCount {
        let bufferStart: UnsafePointer<UInt8>
        var count: Int
    }

    private static func hasOnlyFullLineEnds(
        _ framing: UnsafeBufferPointer<UInt8>, after first: UInt8
    ) -> Bool {
        var previous = first
        for byte in framing {
            if (byte == 0x0A) != (previous == 0x0D) { return false }
            previous = byte
        }
        return previous != 0x0D
    }
}
