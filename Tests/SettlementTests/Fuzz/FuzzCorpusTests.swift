import Foundation
import Testing

/// The corpus that fuzzing begins with, and what it has found, through the same readers.
@Suite struct FuzzCorpusTests {
    static let folder = Example.repository.appending(path: "fixtures/fuzz")

    @Test("every input of the corpus is taken or refused", arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let folder = Self.folder.appending(path: target.rawValue)
        let names = try FileManager.default
            .contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        #expect(names.count >= 10)
        let bench = try FuzzBench()
        for name in names {
            let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
            #expect(throws: Never.self, "\(target.rawValue)/\(name)") {
                try target.run(bytes, bench)
            }
        }
    }

    @Test("every folder of the corpus belongs to a target")
    func folders() throws {
        let names = try FileManager.default
            .contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
            .filter { $0 != "README.md" }
        #expect(names.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
    }
}
