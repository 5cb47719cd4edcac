import Foundation
import StrictJSON

extension JSONObjectDecoder {
    /// The lengths in characters of what has that many bytes: four characters for three.
    static func base64Lengths(ofByteCounts counts: ClosedRange<Int>) -> ClosedRange<Int> {
        (counts.lowerBound + 2) / 3 * 4...(counts.upperBound + 2) / 3 * 4
    }

    /// Takes the bytes of a file in Base64.
    ///
    /// - Throws: `JSONError`: missing, not a string, length, not Base64.
    mutating func base64(
        _ name: String, byteCountIn counts: ClosedRange<Int>
    ) throws(JSONError) -> [UInt8] {
        let text = try string(name, lengthIn: Self.base64Lengths(ofByteCounts: counts))
        guard let data = Data(base64Encoded: text) else {
            throw refusal(
                of: name, .valueNotAllowed,
                "this is not Base64; encode the file's bytes as they are")
        }
        guard counts.contains(data.count) else {
            throw refusal(
                of: name, .valueNotAllowed,
                "these are \(data.count) bytes; send \(counts.lowerBound) to \(counts.upperBound)")
        }
        return [UInt8](data)
    }
}
