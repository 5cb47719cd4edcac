/// An element of an XML file.
struct XMLNode: Sendable {
    /// The name without its prefix.
    let name: String
    let line: Int
    let attributes: [String: String]
    /// The text between the tags without blanks around it.
    let text: String
    let children: [XMLNode]

    /// The first child of a name.
    subscript(_ name: String) -> XMLNode? { children.first { $0.name == name } }

    func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

    /// The element at the end of a path of first children.
    func at(_ path: String...) -> XMLNode? {
        path.reduce(Optional(self)) { node, name in node?[name] }
    }
}

/// Reads the part of XML 1.0 that banks use, in UTF-8, and refuses the rest.
///
/// There is no document type, and so no entity of its own: nothing is expanded and nothing outside
/// the file is read. Size, depth and number of elements have limits.
struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0
    private var elementCount = 0
    // Elements come in order, so that lines are counted once.
    private var countedTo = 0
    private var countedLine = 1

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The root element of a file.
    static func root(of bytes: [UInt8]) throws(StatementFault) -> XMLNode {
        guard bytes.count <= StatementLimits.maximumBytes else {
            throw StatementFault(
                "the file has more than \(StatementLimits.maximumBytes) bytes; ask for a shorter "
                    + "period",
                zh: "文件超过 \(StatementLimits.maximumBytes) 字节；请缩短对账单期间")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw StatementFault(
                "the file is not UTF-8; convert it first", zh: "文件不是 UTF-8 编码；请先转换")
        }
        var reader = XMLReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        try reader.skipAround()
        let root = try reader.element(depth: 1)
        try reader.skipAround()
        guard reader.position == bytes.count else {
            throw reader.fault("something follows the last element", zh: "根元素之后还有内容")
        }
        return root
    }

    // MARK: - Elements

    private mutating func element(depth: Int) throws(StatementFault) -> XMLNode {
        guard depth <= StatementLimits.maximumDepth else {
            throw fault(
                "more than \(StatementLimits.maximumDepth) elements lie in one another",
                zh: "元素嵌套超过 \(StatementLimits.maximumDepth) 层")
        }
        elementCount += 1
        guard elementCount <= StatementLimits.maximumElements else {
            throw fault(
                "the file has more than \(StatementLimits.maximumElements) elements",
                zh: "元素超过 \(StatementLimits.maximumElements) 个")
        }
        let line = currentLine()
        try expect("<")
        let name = try self.name()
        let attributes = try self.attributes()
        var text: [UInt8] = []
        var children: [XMLNode] = []
        if !take("/>") {
            try expect(">")
            try content(of: name, depth: depth, &text, &children)
        }
        return XMLNode(
            name: Self.local(name), line: line, attributes: attributes,
            text: children.isEmpty ? String(decoding: text, as: UTF8.self).asStatementText : "",
            children: children)
    }

    private mutating func content(
        of name: String, depth: Int, _ text: inout [UInt8], _ children: inout [XMLNode]
    ) throws(StatementFault) {
        while true {
            guard let byte = peek() else { throw unfinished() }
            if byte == UInt8(ascii: "&") {
                text += try reference()
            } else if byte != UInt8(ascii: "<") {
                text.append(try character())
            } else if take("</") {
                guard try self.name() == name else {
                    throw fault("\(name) is not closed in its order", zh: "\(name) 未按顺序关闭")
                }
                skipBlanks()
                return try expect(">")
            } else if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                text += bytes[start..<position - 3]
            } else if take("<?") {
                try skip(past: "?>")
            } else if hasPrefix("<!") {
                throw documentType()
            } else {
                children.append(try element(depth: depth + 1))
            }
        }
    }

    private mutating func attributes() throws(StatementFault) -> [String: String] {
        var attributes: [String: String] = [:]
        while true {
            skipBlanks()
            guard let byte = peek() else { throw unfinished() }
            if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { return attributes }
            let name = try self.name()
            skipBlanks()
            try expect("=")
            skipBlanks()
            guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
            else { throw fault("an attribute has no quotes", zh: "属性缺少引号") }
            position += 1
            var value: [UInt8] = []
            while let byte = peek(), byte != quote {
                guard byte != UInt8(ascii: "<") else {
                    throw fault("an attribute holds <", zh: "属性中含有 <")
                }
                if byte == UInt8(ascii: "&") {
                    value += try reference()
                } else {
                    value.append(try character())
                }
            }
            guard peek() == quote else { throw unfinished() }
            position += 1
            guard
                attributes.updateValue(String(decoding: value, as: UTF8.self), forKey: name) == nil
            else { throw fault("attribute \(name) comes twice", zh: "属性 \(name) 重复") }
        }
    }

    private mutating func name() throws(StatementFault) -> String {
        let start = position
        while let byte = peek(), Self.isNameByte(byte) { position += 1 }
        guard position > start, !(0x2D...0x39).contains(bytes[start]) else {
            throw fault("a name is missing", zh: "缺少名称")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        case _: false
        }
    }

    static func local(_ name: String) -> String {
        name.split(separator: ":").last.map(String.init) ?? name
    }

    // MARK: - Characters

    /// One of the five entities that every file knows, or a character by its number.
    private mutating func reference() throws(StatementFault) -> [UInt8] {
        for (text, byte) in Self.entities where take(text) { return [byte] }
        guard take("&#") else {
            throw fault("an entity is not known", zh: "实体未定义")
        }
        let isHexadecimal = take("x")
        let start = position
        while let byte = peek(), byte != UInt8(ascii: ";"), position - start < 8 { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard take(";"), let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number), number >= 0x20 || [9, 10, 13].contains(number)
        else { throw fault("a character's number is wrong", zh: "字符编号有误") }
        return Array(String(Character(scalar)).utf8)
    }

    private static let entities: [(StaticString, UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
    ]

    private mutating func character() throws(StatementFault) -> UInt8 {
        let byte = bytes[position]
        guard byte >= 0x20 || [0x09, 0x0A, 0x0D].contains(byte) else {
            throw fault("the file holds a control character", zh: "文件含有控制字符")
        }
        position += 1
        return byte
    }

    // MARK: - Position

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func hasPrefix(_ text: StaticString) -> Bool {
        let word = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return bytes[position...].starts(with: word)
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard hasPrefix(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    private mutating func expect(_ text: StaticString) throws(StatementFault) {
        guard take(text) else {
            throw fault("\(text) is expected", zh: "此处应为 \(text)")
        }
    }

    private mutating func skipBlanks() {
        while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    /// Skips what may stand before and after the root: blanks, comments, the declaration.
    private mutating func skipAround() throws(StatementFault) {
        while true {
            skipBlanks()
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<?") {
                try skip(past: "?>")
            } else if hasPrefix("<!") {
                throw documentType()
            } else {
                return
            }
        }
    }

    private mutating func skip(past end: StaticString) throws(StatementFault) {
        while !hasPrefix(end) {
            guard position < bytes.count else { throw unfinished() }
            position += 1
        }
        position += end.utf8CodeUnitCount
    }

    private mutating func currentLine() -> Int {
        countedLine += bytes[countedTo..<position].count { $0 == 0x0A }
        countedTo = position
        return countedLine
    }

    private mutating func fault(_ problem: String, zh chinese: String) -> StatementFault {
        StatementFault(
            line: currentLine(), "\(problem); ask the bank for the file as it made it",
            zh: "\(chinese)；请使用银行原始文件")
    }

    private mutating func unfinished() -> StatementFault {
        fault("the file ends in the middle", zh: "文件不完整")
    }

    private mutating func documentType() -> StatementFault {
        fault("a document type is not allowed", zh: "不允许文档类型声明")
    }
}
