import Cryptography

/// What is known of the chains of several files while they are checked one after another.
///
/// Files of one agency and partner in one folder are a chain; the partner's own files have such
/// names too, and so lie in another folder.
public struct SettlementChains {
    /// What the chain says of a file that it does not refuse.
    public enum Word: String, CaseIterable, Hashable, Sendable {
        /// It is number 1.
        case first
        /// It follows the file before it.
        case follows
        /// The file before it is not known.
        case unchecked
        /// The same bytes have come before.
        case again
    }

    private struct Chain: Hashable {
        let agencyID: SettlementIdentifier
        let partnerID: SettlementIdentifier
        let folder: String
    }

    private struct Base {
        let name: SettlementFileName
        let link: SettlementChainLink
    }

    private let base: Base?
    private var links: [Chain: SettlementChainLink] = [:]
    /// The number that was refused while nothing was known of its chain.
    private var awaited: [Chain: Int] = [:]

    /// Nothing is known of any chain.
    public init() {
        base = nil
    }

    /// Takes a file as the one before those that come; their headers vouch for its bytes.
    ///
    /// - Throws: ``SettlementError`` for a name that no settlement file has, or from the system.
    public init(after name: String, in folder: String) throws(SettlementError) {
        let name = try SettlementFileName(name)
        let file = try FileDescriptor.required(name.text, in: .folder(folder))
        let digest = try FileScanner.contents(of: file).digest
        base = Base(
            name: name,
            link: SettlementChainLink(
                sequence: name.sequence, businessDate: name.businessDate, digest: digest))
    }

    /// Takes the next file that passed every check of its own.
    ///
    /// - Throws: ``SettlementError/chainBroken(field:value:expected:)``; then it is as if the file
    ///   had not come.
    public mutating func append(
        _ file: VerifiedSettlement, in folder: String
    ) throws(SettlementError) -> Word {
        let chain = chain(file.name, folder)
        let link = link(chain)
        guard file.chainLink != link else { return .again }
        if let link {
            try file.header.checkFollows(link)
        } else if let number = awaited[chain] {
            // Nothing can follow a refused file, and what it should have been comes next.
            guard file.header.sequence == number else {
                throw .chainBroken(
                    field: .sequence, value: "\(file.header.sequence)", expected: "\(number)")
            }
        }
        links[chain] = file.chainLink
        if file.header.sequence == 1 { return .first }
        return link == nil ? .unchecked : .follows
    }

    /// Hears of a file that was refused, and that the next one therefore cannot follow.
    public mutating func refuse(_ name: String, in folder: String) {
        do throws(SettlementError) {
            let name = try SettlementFileName(name)
            let chain = chain(name, folder)
            if link(chain) == nil, awaited[chain] == nil { awaited[chain] = name.sequence }
        } catch {
            // A name that is none belongs to no chain.
        }
    }

    private func chain(_ name: SettlementFileName, _ folder: String) -> Chain {
        Chain(agencyID: name.agencyID, partnerID: name.partnerID, folder: folder)
    }

    private func link(_ chain: Chain) -> SettlementChainLink? {
        if let link = links[chain] { return link }
        guard let base, base.name.agencyID == chain.agencyID,
            base.name.partnerID == chain.partnerID
        else { return nil }
        return base.link
    }
}
