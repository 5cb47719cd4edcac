import Cryptography
import Foundation
import StrictJSON

@testable import Settlement

/// What a reader did with bytes that it must never do.
struct FuzzFault: Error, CustomStringConvertible {
    let description: String
}

/// A reader of foreign bytes, and what must hold of whatever it takes.
///
/// `scripts/fuzz.sh` builds this file into libFuzzer's program; the tests run it over the corpus.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// A settlement file under a code that is right for it.
    case settlement
    /// The sidecar of a settlement file.
    case sidecar
    /// The table of lines.
    case table
    /// The description of a layout.
    case layout
    /// A file in one of the published layouts; the first byte chooses it.
    case layoutFile = "layout-file"
    /// A JSON text.
    case json

    /// Reads the bytes; refusing them is fine.
    func run(_ bytes: [UInt8], _ bench: FuzzBench) throws {
        switch self {
        case .settlement: try bench.settlement(bytes)
        case .sidecar: try bench.sidecar(bytes)
        case .table: try bench.table(bytes)
        case .layout: try bench.layout(bytes)
        case .layoutFile: try bench.layoutFile(bytes)
        case .json: try bench.json(bytes)
        }
    }
}

/// What the targets need: a folder of their own and the published examples.
final class FuzzBench {
    private struct Layout {
        let reader: LayoutReader
        let fileName: String
        let file: Data
    }

    private let folder: URL
    private let key: SymmetricKey
    private let name: SettlementFileName
    private let verifier: SettlementVerifier
    private let layouts: [Layout]

    /// - Throws: when a published example cannot be read.
    init() throws {
        let memory = URL(filePath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path)
            ? memory : FileManager.default.temporaryDirectory
        folder = parent.appending(path: "agencypos-fuzz-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = try SymmetricKey.random()
        self.key = key
        name = try SettlementFileName("APS_QINGCHUAN_DEMO01_20261121_000001.txt")
        verifier = SettlementVerifier { _ in key }
        let repository = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
            url.deletingLastPathComponent()
        }
        let published = repository.appending(path: "fixtures/layouts")
        layouts = try ["bank-csv", "wechat", "alipay", "fixed-width-bank"].map { name in
            let folder = published.appending(path: name)
            let own = ["layout.json", "expected.csv"]
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            guard let fileName = files.first(where: { !own.contains($0) }) else {
                throw FuzzFault(description: "\(name) has no file")
            }
            let json = try [UInt8](Data(contentsOf: folder.appending(path: "layout.json")))
            return Layout(
                reader: LayoutReader(try PartnerLayout(json)), fileName: fileName,
                file: try Data(contentsOf: folder.appending(path: fileName)))
        }
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch { print("left: \(error)") }
    }

    private var path: String { folder.path(percentEncoded: false) }

    private func put(_ bytes: some Sequence<UInt8>, _ name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    private func require(_ holds: Bool, _ text: String) throws {
        guard holds else { throw FuzzFault(description: text) }
    }

    /// What is taken must be spelled in the only way.
    func settlement(_ bytes: [UInt8]) throws {
        let code = HMACSHA256.authenticate(bytes, key: key)
        try put(bytes, name.text)
        try put(name.sidecarLine(code).utf8, name.sidecarText)
        let verified: VerifiedSettlement
        do {
            verified = try verifier.verify(name.text, in: path)
        } catch is SettlementError {
            return
        }
        var encoder = LineEncoder(capacityBytes: bytes.count + 1)
        encoder.append(verified.header)
        var number = 0
        try verified.forEachDetail { detail in
            number += 1
            encoder.append(detail, number: number)
        }
        encoder.append(verified.totals)
        try require(encoder.bytes == bytes, "accepted in another spelling")
    }

    func sidecar(_ bytes: [UInt8]) throws {
        do {
            let code = try SettlementSidecar.parse(bytes, of: name)
            try require(
                Array(name.sidecarLine(code).utf8) == bytes, "accepted in another spelling")
        } catch is SettlementError {}
    }

    /// A table must be equal to itself, whether the fast or the careful reader takes its lines.
    func table(_ bytes: [UInt8]) throws {
        let source = MatchSource(MatchInput(bytes: bytes, format: .table))
        do {
            try check(source, lineCount: nil)
        } catch is MatchError {}
    }

    private func check(_ source: MatchSource, lineCount: Int?) throws {
        var configuration = MatchConfiguration()
        configuration.memoryByteCount = MatchLimits.minimumMemoryByteCount
        configuration.temporaryFolder = path
        let summary = try SettlementMatcher(configuration)
            .run(ours: source, theirs: source) { _ in }
        let total = summary.total
        try require(total.ours == total.theirs, "not equal to itself")
        try require(lineCount.map { $0 == total.ours.count } ?? true, "lines were lost")
        for sums in [summary[.amountDifference], summary[.statusDifference]] {
            try require(sums.ours.count == 0, "not equal to itself")
        }
    }

    /// A layout that is taken must read or refuse any file.
    func layout(_ bytes: [UInt8]) throws {
        let layout: PartnerLayout
        do {
            layout = try PartnerLayout(bytes)
        } catch {
            return
        }
        for other in layouts {
            try read(other.file, other.fileName, LayoutReader(layout))
        }
    }

    func layoutFile(_ bytes: [UInt8]) throws {
        guard let choice = bytes.first else { return }
        let layout = layouts[Int(choice) % layouts.count]
        try read(bytes.dropFirst(), layout.fileName, layout.reader)
    }

    /// What is taken must be a table that the matcher takes, with as many lines.
    private func read(
        _ bytes: some Sequence<UInt8>, _ name: String, _ reader: LayoutReader
    ) throws {
        try put(bytes, name)
        do {
            let file = try reader.check(name, in: path)
            var table: [UInt8] = []
            try file.writeTable { table += $0 }
            try check(
                MatchSource(MatchInput(bytes: table, format: .table)),
                lineCount: file.totals.lineCount)
        } catch is LayoutError {}
    }

    /// A value that is taken must be the same after it was written.
    func json(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do {
            value = try StrictJSONParser.parse(bytes)
        } catch {
            return
        }
        var limits = JSONLimits.request
        // Escapes may be longer than what they stand for.
        limits.maximumBytes *= 8
        limits.maximumStringBytes *= 8
        let written = CanonicalJSON.bytes(value)
        let again = try StrictJSONParser.parse(written, limits: limits)
        try require(CanonicalJSON.bytes(again) == written, "another value once written")
    }
}
