import CivilTime
import StrictJSON

/// A value that a JSON data file holds: decoded strictly by hand, written back the same.
public protocol DataFileModel: Sendable, Equatable {
    /// Takes the value from an object; refuses fields that it does not know.
    init(decoding object: JSONObjectDecoder) throws(JSONError)

    /// Writes the value as an object.
    func encode(to writer: inout JSONWriter)
}

extension JSONWriter {
    /// Writes a member with one object per line.
    mutating func rows(_ name: StaticString, _ models: [some DataFileModel]) {
        lineBreak()
        key(name)
        beginArray()
        for model in models {
            lineBreak()
            model.encode(to: &self)
        }
        lineBreak()
        endArray()
    }

    /// Writes a member with a date.
    mutating func field(_ name: StaticString, _ date: BusinessDate) {
        field(name, date.description)
    }
}

extension JSONObjectDecoder {
    /// Takes an array of models.
    mutating func models<Model: DataFileModel>(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [Model] {
        let rows = try objects(name, maximumCount: maximumCount)
        var models: [Model] = []
        models.reserveCapacity(rows.count)
        for row in rows { models.append(try Model(decoding: row)) }
        return models
    }

    /// Takes an identifier: capital letters, digits and hyphens, no hyphen first.
    mutating func identifier(_ name: String) throws(JSONError) -> String {
        let text = try string(name, lengthIn: DataFileLimits.identifierCharacters)
        try checkIdentifier(name, text)
        return text
    }

    /// Takes an identifier that may be missing or null.
    mutating func optionalIdentifier(_ name: String) throws(JSONError) -> String? {
        let range = DataFileLimits.identifierCharacters
        guard let text = try optionalString(name, lengthIn: range) else { return nil }
        try checkIdentifier(name, text)
        return text
    }

    /// Takes a name of a place, a partner or a person.
    mutating func name(_ name: String) throws(JSONError) -> String {
        try string(name, lengthIn: DataFileLimits.nameCharacters)
    }

    /// Takes an amount in fen.
    mutating func amountFen(_ name: String, atLeast minimumFen: Int64) throws(JSONError) -> Int64 {
        try integer(name, in: minimumFen...DataFileLimits.maximumAmountFen)
    }

    /// Takes a date, `YYYY-MM-DD`.
    mutating func date(_ name: String) throws(JSONError) -> BusinessDate {
        try checkedDate(name, string(name, lengthIn: 10...10))
    }

    /// Takes a date that may be missing or null.
    mutating func optionalDate(_ name: String) throws(JSONError) -> BusinessDate? {
        guard let text = try optionalString(name, lengthIn: 10...10) else { return nil }
        return try checkedDate(name, text)
    }

    private func checkIdentifier(_ name: String, _ text: String) throws(JSONError) {
        guard text.utf8.allSatisfy(Identifier.allows), !text.hasPrefix("-") else {
            throw refusal(
                of: name, .forbiddenCharacter,
                "an id has A to Z, 0 to 9 and hyphens, and begins with no hyphen; correct it")
        }
    }

    private func checkedDate(_ name: String, _ text: String) throws(JSONError) -> BusinessDate {
        guard let date = BusinessDate(text) else {
            throw refusal(
                of: name, .valueNotAllowed, "the calendar has no such day; write YYYY-MM-DD")
        }
        return date
    }
}

/// The characters of identifiers; they go into settlement files and URLs as they are.
enum Identifier {
    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        case _: false
        }
    }
}
