import CivilTime
import Cryptography
import StrictJSON

/// The journal at one moment: how many entries it had, and the root over them.
public struct TreeHead: Equatable, Sendable {
    /// The business date whose seal it is; nothing while its date is open.
    public let businessDate: BusinessDate?
    public let size: Int64
    public let root: SHA256Digest

    public init(businessDate: BusinessDate?, size: Int64, root: SHA256Digest) {
        self.businessDate = businessDate
        self.size = size
        self.root = root
    }

    public func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("business_date", orNull: businessDate?.description)
        json.field("tree_size", size)
        json.field("root", root.hex)
        json.endObject()
    }
}
