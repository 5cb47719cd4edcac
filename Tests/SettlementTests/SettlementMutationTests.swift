import Cryptography
import Foundation
import Testing

@testable import Settlement

/// A small generator of our own, because a printed seed must give the same run everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite struct SettlementMutationTests {
    static let mutationCount = 3_000
    /// Of each kind: half keep the old code, half get a new one.
    static let fileCount = 10_000
    /// One of so many files goes to the shell's tool too, which takes long.
    static let shellStride = 50

    /// The second half of the changes are those of one who has the key: he signs again, and
    /// names, numbers and totals must still give him away.
    @Test("of ten thousand changed files not one is accepted, by any of three readers")
    func changed() throws {
        var random = seeded()
        let folder = try TemporaryFolder(inMemory: true)
        let original = try Example.bytes(Example.firstName)
        let mutation = Mutation(original)
        let sidecar = try Example.bytes(Example.firstName + ".hmac")
        let verifier = try Example.verifier()
        var paths: [String] = []
        while paths.count < Self.fileCount {
            let isSigned = paths.count >= Self.fileCount / 2
            let bytes =
                if !isSigned {
                    mutation.any(&random)
                } else if Bool.random(using: &random) {
                    mutation.ofLines(&random)
                } else {
                    mutation.ofNumbers(&random)
                }
            guard bytes != original else { continue }
            let path = "\(paths.count)/"
            if isSigned {
                try folder.putSigned(bytes, in: path)
            } else {
                try folder.put(bytes, sidecar: sidecar, in: path)
            }
            paths.append(path + Example.firstName)
            #expect(throws: SettlementError.self, "\(String(decoding: bytes, as: UTF8.self))") {
                try verifier.verify(Example.firstName, in: folder.path + "/" + path)
            }
        }
        let verdicts = try SettlementTool.verdicts(paths, in: folder.url)
        #expect(verdicts.map(\.file) == paths)
        #expect(verdicts.allSatisfy { $0.verdict == "refused" })
        let sample = stride(from: 0, to: paths.count, by: Self.shellStride).map { paths[$0] }
        let shell = try SettlementTool.shell.run(sample, in: folder.url)
        #expect(shell.lines.count == sample.count && shell.errors.isEmpty, "\(shell.errors)")
        #expect(shell.lines.allSatisfy { $0.hasPrefix("refused ") })
        #expect(try shell.lines == SettlementTool.python.run(sample, in: folder.url).lines)
    }

    @Test("no change of a byte of the sidecar is accepted") func sidecar() throws {
        var random = seeded()
        let folder = try TemporaryFolder(inMemory: true)
        let sidecarName = Example.firstName + ".hmac"
        let original = try Example.bytes(sidecarName)
        let mutation = Mutation(original)
        let verifier = try Example.verifier()
        try folder.put(Example.bytes(Example.firstName), as: Example.firstName)
        for _ in 0..<Self.mutationCount {
            let bytes = mutation.ofOneByte(&random)
            guard bytes != original else { continue }
            try folder.put(bytes, as: sidecarName)
            #expect(throws: SettlementError.self) {
                try verifier.verify(Example.firstName, in: folder.path)
            }
        }
    }

    /// A signed change may be another valid file, but then it must be exactly what we would
    /// write for what was read: nothing has two spellings. The other readers agree in each case.
    @Test("whatever is accepted has one spelling only, and all readers say the same of each file")
    func signed() throws {
        var random = seeded()
        let folder = try TemporaryFolder(inMemory: true)
        let original = try Example.bytes(Example.firstName)
        let mutation = Mutation(original)
        let verifier = try Example.verifier()
        var answers: [String] = []
        for number in 0..<Self.mutationCount {
            let bytes = mutation.ofOneByte(&random)
            try folder.putSigned(bytes, in: "\(number)/")
            do {
                let verified = try verifier.verify(
                    Example.firstName, in: folder.path + "/\(number)")
                #expect(try Self.spelling(of: verified) == bytes)
                answers.append("accepted")
            } catch let error as SettlementError {
                answers.append(Refusal(error).description)
            }
        }
        // Texts and times may change within the grammar; with nothing accepted nothing was tested.
        #expect(answers.contains("accepted"))
        // A header changed within its grammar asks for another key, which the tools then lack too.
        let keys = Example.folder.appending(path: "test.keys").path(percentEncoded: false)
        let paths = answers.indices.map { "\($0)/\(Example.firstName)" }
        let verdicts = try SettlementTool.verdicts(["--keys", keys] + paths, in: folder.url)
        #expect(
            verdicts.map { $0.error == nil ? $0.verdict : Refusal($0).description } == answers)
    }

    private static func spelling(of verified: VerifiedSettlement) throws -> [UInt8] {
        var encoder = LineEncoder(capacityBytes: 2_000)
        encoder.append(verified.header)
        var number = 0
        try verified.forEachDetail { detail in
            number += 1
            encoder.append(detail, number: number)
        }
        encoder.append(verified.totals)
        return encoder.bytes
    }

    private func seeded() -> SplitMix {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        return SplitMix(state: seed)
    }
}
