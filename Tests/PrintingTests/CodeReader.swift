import Foundation

@testable import Printing

/// Reads QR codes with `zbarimg`, which shares no code with what draws them.
enum CodeReader {
    struct Failure: Error { let text: String }

    /// Dots of a module in the picture.
    static let scale = 4

    /// What a picture of modules says.
    static func read(side: Int, isDark: (_ row: Int, _ column: Int) -> Bool) throws -> String {
        let dots = side * scale
        var picture = [UInt8]("P5\n\(dots) \(dots)\n255\n".utf8)
        for row in 0..<dots {
            for column in 0..<dots {
                picture.append(isDark(row / scale, column / scale) ? 0 : 255)
            }
        }
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("agencypos-code-\(UUID().uuidString).pgm").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard FileManager.default.createFile(atPath: path, contents: Data(picture)) else {
            throw Failure(text: "\(path) cannot be written")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(text: "zbarimg found no code (status \(process.terminationStatus))")
        }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// What the picture within a page says, drawn from its path.
    static func read(page: String) throws -> String {
        guard let box = page.firstMatch(of: #/viewBox="0 0 (\d+) \d+"/#), let side = Int(box.1),
            let path = page.firstMatch(of: #/fill="#000" d="([^"]+)"/#)
        else { throw Failure(text: "the page has no code") }
        var dark = Set<[Int]>()
        for run in String(path.1).matches(of: #/M(\d+) (\d+)h(\d+)v1h-(\d+)z/#) {
            guard let column = Int(run.1), let row = Int(run.2), let length = Int(run.3) else {
                continue
            }
            for offset in 0..<length { dark.insert([row, column + offset]) }
        }
        return try read(side: side) { dark.contains([$0, $1]) }
    }
}
