enum OpenAPIDocument {
    static let json: [UInt8] = [UInt8]("{}".utf8)
}
