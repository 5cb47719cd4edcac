import CivilTime
import Cryptography

/// The newest file of a chain, as far as the next one depends on it.
public struct SettlementChainLink: Hashable, Sendable {
    public let sequence: Int
    public let businessDate: BusinessDate
    /// SHA-256 of the file's bytes.
    public let digest: SHA256Digest

    public init(sequence: Int, businessDate: BusinessDate, digest: SHA256Digest) {
        self.sequence = sequence
        self.businessDate = businessDate
        self.digest = digest
    }
}

extension VerifiedSettlement {
    /// What the next file of the chain has to follow.
    public var chainLink: SettlementChainLink {
        SettlementChainLink(
            sequence: header.sequence, businessDate: header.businessDate, digest: digest)
    }
}

extension SettlementHeader {
    /// Refuses a file that does not follow the one before it; checked after everything else.
    ///
    /// - Parameter previous: The newest file of this agency and partner; nothing before the first.
    /// - Throws: ``SettlementError/chainBroken(field:value:expected:)`` for the sequence number,
    ///   then for the digest, then for a business date that is not later.
    public func checkFollows(_ previous: SettlementChainLink?) throws(SettlementError) {
        try SettlementChainLink.check(
            sequence: sequence, previousDigest: previousDigest, businessDate: businessDate,
            follows: previous)
    }
}

extension SettlementChainLink {
    /// What ``SettlementHeader/checkFollows(_:)`` checks, of a file whose header is not at hand.
    ///
    /// - Throws: ``SettlementError/chainBroken(field:value:expected:)``.
    public static func check(
        sequence: Int, previousDigest: SHA256Digest, businessDate: BusinessDate,
        follows previous: SettlementChainLink?
    ) throws(SettlementError) {
        let expected = (previous?.sequence ?? 0) + 1
        guard sequence == expected else {
            throw .chainBroken(field: .sequence, value: "\(sequence)", expected: "\(expected)")
        }
        let digest = previous?.digest ?? .zero
        guard previousDigest == digest else {
            throw .chainBroken(
                field: .previousDigest, value: previousDigest.hex, expected: digest.hex)
        }
        if let previous, businessDate <= previous.businessDate {
            throw .chainBroken(
                field: .businessDate, value: "\(businessDate)",
                expected: "after \(previous.businessDate)")
        }
    }
}
