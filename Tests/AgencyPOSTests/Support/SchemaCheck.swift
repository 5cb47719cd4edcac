import Foundation
import StrictJSON

/// Checks a value against a schema of the document; what a schema does not list is a fault too.
struct SchemaCheck {
    let document: JSONValue

    /// The first fault, with its place, or nothing.
    func fault(_ value: JSONValue, _ schema: JSONValue, at place: String = "") -> String? {
        if let reference = schema["$ref"]?.text {
            let name = reference.replacingOccurrences(of: "#/components/schemas/", with: "")
            guard let target = document["components"]?["schemas"]?[name] else {
                return "\(place): \(reference) leads nowhere"
            }
            return fault(value, target, at: place)
        }
        for keyword in ["anyOf", "oneOf"] {
            guard let choices = schema[keyword]?.items else { continue }
            let faults = choices.map { fault(value, $0, at: place) }
            if keyword == "oneOf", faults.count(where: { $0 == nil }) != 1 {
                return "\(place): not exactly one choice fits: \(faults)"
            }
            return faults.contains(nil) ? nil : "\(place): no choice fits: \(faults)"
        }
        switch (schema["type"]?.text, value) {
        case ("object", .object(let members)): return fault(members, schema, at: place)
        case ("array", .array(let items)):
            guard let item = schema["items"] else { return "\(place): no items" }
            for (index, element) in items.enumerated() {
                if let fault = fault(element, item, at: "\(place)/\(index)") { return fault }
            }
            return nil
        case ("string", .string(let text)): return fault(text, schema, at: place)
        case ("integer", .integer(let number)):
            let (low, high) = (schema["minimum"]?.number ?? .min, schema["maximum"]?.number ?? .max)
            guard low <= high, (low...high).contains(number) else {
                return "\(place): \(number) is out of range"
            }
            return nil
        case ("boolean", .bool), ("null", .null): return nil
        case (let type, _): return "\(place): not \(type ?? "described")"
        }
    }

    private func fault(
        _ members: [JSONMember], _ schema: JSONValue, at place: String
    ) -> String? {
        for name in schema["required"]?.items.compactMap(\.text) ?? []
        where !members.contains(where: { $0.name == name }) {
            return "\(place)/\(name): missing"
        }
        for member in members {
            let inside = place + "/" + member.name
            guard let property = schema["properties"]?[member.name] else {
                return "\(inside): not in the document"
            }
            if let fault = fault(member.value, property, at: inside) { return fault }
        }
        return nil
    }

    private func fault(_ text: String, _ schema: JSONValue, at place: String) -> String? {
        let length = Int64(text.unicodeScalars.count)
        if length < schema["minLength"]?.number ?? 0 { return "\(place): too short" }
        if length > schema["maxLength"]?.number ?? .max { return "\(place): too long" }
        if let pattern = schema["pattern"]?.text,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            return "\(place): does not match \(pattern)"
        }
        if let words = schema["enum"]?.items, !words.contains(.string(text)) {
            return "\(place): none of the words"
        }
        return nil
    }
}
