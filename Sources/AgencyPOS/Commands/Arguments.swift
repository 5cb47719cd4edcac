import CivilTime
import Foundation

/// The words after a command, taken apart by the options that the command knows.
struct Arguments {
    /// An option, as help shows it; one without a value is a switch.
    struct Option {
        let name: String
        var value = ""
        let help: String
    }

    private var options: [String: String] = [:]
    /// The words that are no options.
    private(set) var operands: [String] = []

    /// Reads `--name value` and `--name=value`; what follows `--` is an operand.
    ///
    /// - Throws: `CommandError` for an unknown option, one without value, or one given twice.
    init(_ words: [String], knowing known: [Option]) throws {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = known.first(where: { $0.name == name }) else {
                throw CommandError.usage("unknown option \(name); see --help")
            }
            guard options[name] == nil else { throw CommandError.usage("\(name) comes twice") }
            if option.value.isEmpty {
                guard parts.count == 1 else {
                    throw CommandError.usage("\(name) takes no value; see --help")
                }
                options[name] = ""
            } else if let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(),
                !value.isEmpty
            {
                // An empty value is a variable that a script did not set.
                options[name] = value
            } else {
                throw CommandError.usage("\(name) needs a value; see --help")
            }
        }
    }

    /// Whether a switch was given.
    func has(_ name: String) -> Bool { options[name] != nil }

    func text(_ name: String) -> String? { options[name] }

    func text(_ name: String, default value: String) -> String { options[name] ?? value }

    /// - Throws: `CommandError` when the option was not given.
    func required(_ name: String) throws -> String {
        guard let value = options[name] else {
            throw CommandError.usage("\(name) is missing; see --help")
        }
        return value
    }

    /// The text of a file that holds one key, without the blanks around it.
    ///
    /// - Throws: `CommandError` when the option was not given, or its file cannot be read.
    func requiredKey(_ name: String) throws -> String {
        let path = try required(name)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError.usage("\(name) \(path) cannot be read; name a file with the key")
        }
        return String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = options[name] else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw CommandError.usage(
                "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// - Throws: `CommandError` for a text that is no date.
    func date(_ name: String) throws -> BusinessDate? {
        guard let text = options[name] else { return nil }
        guard let date = BusinessDate(text) else {
            throw CommandError.usage("\(name) must be YYYY-MM-DD")
        }
        return date
    }

    /// - Throws: `CommandError` when there are operands.
    func allowNoOperands() throws {
        if let first = operands.first {
            throw CommandError.usage("unexpected argument \(first); see --help")
        }
    }
}
