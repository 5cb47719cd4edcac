import StrictJSON

/// `demo-credentials.json`: secrets of the demo network only; a real network never has this file.
public struct DemoCredentialsFile: DataFileModel {
    /// The file's name in a data folder.
    public static let fileName = "demo-credentials.json"
    /// The mark without which the file is refused, so that nobody takes real secrets for a demo.
    public static let notice = "DEMO ONLY: public secrets, never use them in a real network"
    /// Digits of a PIN.
    public static let pinDigits = 6
    /// Length of a terminal's secret and of a settlement key, in bytes.
    public static let keyBytes = 32

    public var userPINs: [UserPIN]
    public var terminalSecrets: [TerminalSecret]
    public var settlementKeys: [SettlementKey]

    public init(
        userPINs: [UserPIN], terminalSecrets: [TerminalSecret], settlementKeys: [SettlementKey]
    ) {
        self.userPINs = userPINs
        self.terminalSecrets = terminalSecrets
        self.settlementKeys = settlementKeys
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        guard try object.string("notice", lengthIn: 1...200) == Self.notice else {
            throw object.refusal(
                of: "notice", .valueNotAllowed, "the demo mark is missing; generate the file anew")
        }
        userPINs = try object.models("user_pins", maximumCount: DataFileLimits.maximumUsers)
        terminalSecrets = try object.models(
            "terminal_secrets", maximumCount: DataFileLimits.maximumTerminals)
        settlementKeys = try object.models(
            "settlement_keys", maximumCount: DataFileLimits.maximumCatalogueItems)
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.lineBreak()
        writer.field("notice", Self.notice)
        writer.rows("user_pins", userPINs)
        writer.rows("terminal_secrets", terminalSecrets)
        writer.rows("settlement_keys", settlementKeys)
        writer.lineBreak()
        writer.endObject()
    }

    /// The PIN with which a user signs on.
    public struct UserPIN: DataFileModel {
        public var userID: String
        public var pin: String

        public init(userID: String, pin: String) {
            self.userID = userID
            self.pin = pin
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            userID = try object.identifier("user_id")
            let digits = DemoCredentialsFile.pinDigits
            pin = try object.string("pin", lengthIn: digits...digits)
            guard pin.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
                throw object.refusal(
                    of: "pin", .forbiddenCharacter, "a PIN has digits only; correct it")
            }
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("user_id", userID)
            writer.field("pin", pin)
            writer.endObject()
        }
    }

    /// The secret with which a terminal proves itself.
    public struct TerminalSecret: DataFileModel {
        public var terminalID: String
        public var secretHex: String

        public init(terminalID: String, secretHex: String) {
            self.terminalID = terminalID
            self.secretHex = secretHex
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            terminalID = try object.identifier("terminal_id")
            secretHex = try object.keyHex("secret_hex")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("terminal_id", terminalID)
            writer.field("secret_hex", secretHex)
            writer.endObject()
        }
    }

    /// The key that signs a partner's settlement files.
    public struct SettlementKey: DataFileModel {
        public var partnerID: String
        public var keyID: String
        public var keyHex: String

        public init(partnerID: String, keyID: String, keyHex: String) {
            self.partnerID = partnerID
            self.keyID = keyID
            self.keyHex = keyHex
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            partnerID = try object.identifier("partner_id")
            keyID = try object.identifier("key_id")
            keyHex = try object.keyHex("key_hex")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("partner_id", partnerID)
            writer.field("key_id", keyID)
            writer.field("key_hex", keyHex)
            writer.endObject()
        }
    }
}

extension JSONObjectDecoder {
    /// Takes a key of the demo's length in lower-case hexadecimal.
    fileprivate mutating func keyHex(_ name: String) throws(JSONError) -> String {
        let digits = DemoCredentialsFile.keyBytes * 2
        let text = try string(name, lengthIn: digits...digits)
        let isHexadecimal = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard isHexadecimal else {
            throw refusal(
                of: name, .forbiddenCharacter, "a key has 0 to 9 and a to f only; correct it")
        }
        return text
    }
}
