import Cryptography
import StrictJSON

/// An entry, with the proof that a head of the journal covers it.
///
/// `docs/ledger-proofs.md` tells how to check its JSON form.
public struct EntryProof: Equatable, Sendable {
    public static let format = "agencypos-inclusion-proof-1"

    public let entry: CanonicalEntry
    public let leaf: SHA256Digest
    public let head: TreeHead
    public let proof: InclusionProof

    /// Writes the proof as one JSON object.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("format", Self.format)
        json.key("entry")
        entry.write(to: &json)
        json.field("leaf_index", proof.leafIndex)
        json.field("leaf_hash", leaf.hex)
        json.key("seal")
        head.write(to: &json)
        json.write(path: proof.path)
        json.endObject()
    }
}

/// Two heads of the journal, with the proof that the later one only adds entries.
///
/// `docs/ledger-proofs.md` tells how to check its JSON form.
public struct HeadsProof: Equatable, Sendable {
    public static let format = "agencypos-consistency-proof-1"

    public let earlier: TreeHead
    public let later: TreeHead
    public let proof: ConsistencyProof

    /// Writes the proof as one JSON object.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("format", Self.format)
        json.key("from")
        earlier.write(to: &json)
        json.key("to")
        later.write(to: &json)
        json.write(path: proof.path)
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func write(path: [SHA256Digest]) {
        key("path")
        beginArray()
        for digest in path { string(digest.hex) }
        endArray()
    }
}
