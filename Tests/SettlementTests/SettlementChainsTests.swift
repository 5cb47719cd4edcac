import Cryptography
import Foundation
import Testing

@testable import Settlement

/// What several files say of each other.
@Suite struct SettlementChainsTests {
    private static let third = SettlementToolTests.thirdName

    private func verified(
        _ name: String, in folder: TemporaryFolder
    ) throws -> VerifiedSettlement {
        try Example.verifier().verify(name, in: folder.path)
    }

    @Test("files follow each other, and the same bytes may come again") func follows() throws {
        let folder = try SettlementToolTests.chain()
        var chains = SettlementChains()
        let names = [Example.firstName, Example.secondName, Example.secondName, Self.third]
        let words: [SettlementChains.Word] = [.first, .follows, .again, .follows]
        for (name, word) in zip(names, words) {
            #expect(try chains.append(verified(name, in: folder), in: folder.path) == word)
        }
    }

    @Test("without the file before, the first that comes is unchecked and binds the next")
    func unchecked() throws {
        let folder = try SettlementToolTests.chain()
        var chains = SettlementChains()
        let second = try verified(Example.secondName, in: folder)
        let third = try verified(Self.third, in: folder)
        #expect(try chains.append(second, in: folder.path) == .unchecked)
        #expect(try chains.append(third, in: folder.path) == .follows)
        // Another folder has another chain: that of the other direction.
        #expect(try chains.append(third, in: "elsewhere") == .unchecked)
    }

    @Test("a gap and a refused file end the chain") func broken() throws {
        let folder = try SettlementToolTests.chain()
        let first = try verified(Example.firstName, in: folder)
        let third = try verified(Self.third, in: folder)
        func expected(_ number: String) -> SettlementError {
            .chainBroken(field: .sequence, value: "3", expected: number)
        }
        var chains = SettlementChains()
        #expect(try chains.append(first, in: folder.path) == .first)
        #expect(throws: expected("2")) { try chains.append(third, in: folder.path) }
        chains = SettlementChains()
        chains.refuse(Example.secondName, in: folder.path)
        #expect(throws: expected("2")) { try chains.append(third, in: folder.path) }
        chains.refuse("none", in: folder.path)
        #expect(try chains.append(third, in: "elsewhere") == .unchecked)
    }

    @Test("a file before may be named, and vouches for no other partner") func previous() throws {
        let folder = try SettlementToolTests.chain()
        var chains = try SettlementChains(after: Example.firstName, in: folder.path)
        let second = try verified(Example.secondName, in: folder)
        #expect(try chains.append(second, in: folder.path) == .follows)
        chains = try SettlementChains(after: Example.firstName, in: folder.path)
        let third = try verified(Self.third, in: folder)
        #expect(
            throws: SettlementError.chainBroken(field: .sequence, value: "3", expected: "2")
        ) {
            try chains.append(third, in: folder.path)
        }
        let other = Example.firstName.replacing("DEMO01", with: "DEMO02")
        try folder.put(Example.bytes(Example.firstName), as: other)
        chains = try SettlementChains(after: other, in: folder.path)
        #expect(try chains.append(second, in: folder.path) == .unchecked)
        for name in ["none.txt", AcknowledgementTests.partlyName] {
            #expect(throws: SettlementError.fileNameMalformed(name: name)) {
                try SettlementChains(after: name, in: folder.path)
            }
        }
    }

    @Test("a folder gives first what has no name of ours, then chains, then acknowledgements")
    func order() throws {
        let folder = try SettlementToolTests.chain()
        let strange = "APS_A.txt"
        for name in [AcknowledgementTests.partlyName, strange, ".hidden.txt", "other.csv"] {
            try folder.put([], as: name)
        }
        #expect(
            try SettlementFolder.names(in: folder.path) == [
                strange, Example.firstName, Example.secondName, Self.third,
                AcknowledgementTests.partlyName,
            ])
    }
}
