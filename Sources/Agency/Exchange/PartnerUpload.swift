import Ledger
import Settlement

/// A file that a partner sends over the wire.
public struct PartnerUpload: Sendable {
    /// The longest file, in bytes; longer ones come by the folder.
    public static let maximumByteCount = 8 * 1_024 * 1_024
    /// How long the name of a file over the wire may be, in bytes.
    public static let nameByteCounts = 1...128

    public let partner: ID<Partner>
    public let partnerCode: String
    public let name: String
    /// The code in hexadecimal digits; nothing as if no sidecar had come.
    public let codeHex: String?
    public let bytes: [UInt8]

    public init(
        partner: ID<Partner>, partnerCode: String, name: String, codeHex: String?, bytes: [UInt8]
    ) {
        self.partner = partner
        self.partnerCode = partnerCode
        self.name = name
        self.codeHex = codeHex
        self.bytes = bytes
    }

    /// The sidecar as the partner would have laid it beside the file.
    var sidecar: String? { codeHex.map { SettlementSidecar.line($0, of: name) } }

    /// Whether a name may be that of a file in a folder of ours: no path, not hidden, no sidecar.
    public static func isName(_ text: String) -> Bool {
        guard nameByteCounts.contains(text.utf8.count), !text.hasPrefix("."),
            !text.hasSuffix(SettlementFileName.sidecarSuffix), !text.hasSuffix(".part")
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            case _: false
            }
        }
    }
}
