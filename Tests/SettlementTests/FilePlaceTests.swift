import Testing

@testable import Settlement

@Suite struct FilePlaceTests {
    static let rows = [
        ("a", "a", "."), (".", ".", "."), ("a.txt", "a.txt", "."), ("./a", "a", "."),
        ("b/a", "a", "b"), ("c/b/a", "a", "c/b"), ("/a", "a", "/"), ("/b/a", "a", "/b"),
        ("b//a", "a", "b"), ("//a", "a", "/"), ("a/", "a", "."), ("b/a//", "a", "b"),
        ("/", "/", "/"), ("//", "/", "/"), ("", "", "."), ("甲/乙", "乙", "甲"),
    ]

    @Test("a path is taken apart, also one of a single letter", arguments: rows)
    func place(path: String, name: String, folder: String) {
        let place = FilePlace(path)
        #expect(place.name == name && place.folder == folder, "\(place)")
    }
}
