import CCurl

/// What one call has sent and received; it lives on the thread that performs the call.
final class Transfer {
    private let configuration: HTTPClientConfiguration
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    private var headerBytes = 0
    private var isHeaderComplete = false
    /// How often the library was about to send the request.
    private var startCount = 0
    private var isTooLarge = false
    private var isMalformed = false

    init(_ configuration: HTTPClientConfiguration) {
        self.configuration = configuration
    }

    /// Called when the connection stands, before the first byte of the request.
    ///
    /// The library tries again by itself where a kept connection ends without an answer. That
    /// would be a second request, so the second start is refused.
    static let onStart: http_client_start = { context, _, _, _, _ in
        guard let context else { return http_client_abort }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        transfer.startCount += 1
        return transfer.startCount == 1 ? http_client_go_on : http_client_abort
    }

    static let onHeader: http_client_sink = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().takeHeader(line)
    }

    static let onBody: http_client_sink = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().takeBody(piece)
    }

    /// Why the call has no answer; nil when it has one.
    func error(_ code: CURLcode) -> HTTPClientError? {
        if code == CURLE_OK {
            // The library takes a header that the end of the connection cuts off for a whole one.
            guard !isHeaderComplete else { return nil }
            return .mayHaveArrived(reason: .broken, detail: "the answer's header has no end")
        }
        let detail = String(cString: curl_easy_strerror(code))
        if isTooLarge {
            return .mayHaveArrived(
                reason: .tooLarge,
                detail: "the answer is longer than \(configuration.maximumBodyBytes) bytes "
                    + "or its header than \(configuration.maximumHeaderBytes)")
        }
        if isMalformed {
            return .mayHaveArrived(reason: .malformed, detail: "a header line has no name")
        }
        if startCount == 0 {
            let reason = Self.reason(code)
            return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
                ? .invalidConfiguration(field: "url", reason: "\(detail); give http or https")
                : .notSent(reason: reason, detail: detail)
        }
        if startCount > 1 {
            return .mayHaveArrived(
                reason: .broken, detail: "a kept connection ended without an answer")
        }
        return .mayHaveArrived(reason: Self.reason(code), detail: detail)
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        headerBytes += line.count
        guard headerBytes <= configuration.maximumHeaderBytes else {
            isTooLarge = true
            return 0
        }
        // An interim answer (1xx) comes before the real one; its fields are not the real one's.
        if line.starts(with: "HTTP/".utf8) {
            headers = []
            isHeaderComplete = false
            return line.count
        }
        let text = line.prefix { $0 != 0x0D && $0 != 0x0A }
        guard !text.isEmpty else {
            isHeaderComplete = true
            return line.count
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
            isMalformed = true
            return 0
        }
        let value = text[text.index(after: colon)...].drop { $0 == 0x20 || $0 == 0x09 }
        var end = value.endIndex
        while end > value.startIndex, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        headers.append(
            (
                String(decoding: text[..<colon], as: UTF8.self),
                String(decoding: value[..<end], as: UTF8.self)
            ))
        return line.count
    }

    private func takeBody(_ piece: UnsafeRawBufferPointer) -> Int {
        guard body.count + piece.count <= configuration.maximumBodyBytes else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: piece)
        return piece.count
    }

    private static func reason(_ code: CURLcode) -> HTTPClientError.Reason {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .name
        case CURLE_COULDNT_CONNECT: .connection
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            .security
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR: .broken
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .malformed
        // The library's codes are open-ended integers.
        case _: .library
        }
    }
}
