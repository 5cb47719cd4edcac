import Foundation
import StrictJSON

/// Plays the files of `fixtures/requests` in the order of their README.
final class RequestPlayer {
    /// One played request.
    struct Played {
        let file: String
        let method: String
        /// The path with its query, placeholders replaced.
        let path: String
        let body: JSONValue?
        let expectedStatus: Int
        let answer: APIAnswer
    }

    private let client: APIClient
    private var values = ["travel_date": DemoNetwork.travelDate.description]

    init(client: APIClient) {
        self.client = client
    }

    /// The file names of the README's table, in its order.
    static func order() throws -> [String] {
        let readme = String(decoding: try DemoNetwork.fixture("requests/README.md"), as: UTF8.self)
        return readme.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count == 3, Int(cells[0]) != nil else { return nil }
            return cells[1].trimmingCharacters(in: ["`"])
        }
    }

    static func file(_ name: String) throws -> JSONValue {
        try StrictJSONParser.parse(DemoNetwork.fixture("requests/" + name))
    }

    /// Plays the whole day; `inspect` sees each answer.
    func playAll(_ inspect: (Played) throws -> Void) throws {
        for name in try Self.order() {
            let played = try play(name)
            try inspect(played)
            if !played.answer.body.isEmpty,
                played.answer.headers["content-type"] == "application/json"
            {
                keep(try played.answer.json())
            }
        }
    }

    private func play(_ name: String) throws -> Played {
        let file = try Self.file(name)
        guard let method = file["method"]?.text, let path = file["path"]?.text,
            let status = file["expected_status"]?.number, let headers = file["headers"]?.members
        else { throw TestFailure("\(name) lacks a member") }
        values["idempotency_key"] = client.freshKey()
        let body = try file["body"].flatMap { $0 == .null ? nil : try filled($0) }
        let target = try filled(path)
        let answer = try client.call(
            method, target, body: body?.encoded,
            headers: headers.map { ($0.name, try filled($0.value.text ?? "")) })
        return Played(
            file: name, method: method, path: target, body: body, expectedStatus: Int(status),
            answer: answer)
    }

    /// Keeps the texts at an answer's top, then those of the first item of its list.
    private func keep(_ answer: JSONValue) {
        for member in answer.members {
            for inner in member.value.items.first?.members ?? [] {
                if let text = inner.value.text { values[inner.name] = text }
            }
        }
        for member in answer.members {
            if let text = member.value.text { values[member.name] = text }
        }
    }

    private func filled(_ value: JSONValue) throws -> JSONValue {
        switch value {
        case .string(let text): .string(try filled(text))
        case .object(let members):
            .object(
                try members.map { JSONMember(name: $0.name, value: try filled($0.value)) })
        case .array(let items): .array(try items.map { try filled($0) })
        case .integer, .bool, .null: value
        }
    }

    private func filled(_ text: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{"), let close = rest.range(of: "}}") {
            result += rest[..<open.lowerBound]
            result += try value(String(rest[open.upperBound..<close.lowerBound]))
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private func value(_ name: String) throws -> String {
        let parts = name.split(separator: ":").map { String($0) }
        if parts.count == 2, parts[0] == "pin" { return try DemoNetwork.pin(of: parts[1]) }
        if parts.count == 2, parts[0] == "terminal_secret" {
            return try DemoNetwork.secret(of: parts[1])
        }
        guard let value = values[name] else { throw TestFailure("nothing gave {{\(name)}}") }
        return value
    }
}
