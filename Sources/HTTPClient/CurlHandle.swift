import CCurl
import Glibc

/// One easy handle of libcurl with the connection that it keeps.
///
/// `@unchecked Sendable`: a handle is either in its client's list of idle ones, where nobody uses
/// it, or in the hands of the one call that took it out under the list's lock.
final class CurlHandle: @unchecked Sendable {
    private let handle: OpaquePointer
    private let configuration: HTTPClientConfiguration

    private static let isPrepared: Bool = {
        // A partner that goes away must not end the process; told to leave signals alone, the
        // library does not see to that itself.
        signal(SIGPIPE, SIG_IGN)
        return http_client_prepare() == CURLE_OK
    }()

    init(configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        guard Self.isPrepared, let made = curl_easy_init() else {
            throw .notSent(reason: .library, detail: "libcurl did not start; free some memory")
        }
        handle = OpaquePointer(made)
        self.configuration = configuration
        // All is initialised, so that `deinit` frees the handle after a throw as well.
        try configure()
    }

    deinit {
        curl_easy_cleanup(pointer)
    }

    private var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

    /// Sends one request and collects its answer.
    func perform(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientAnswer {
        let transfer = Transfer(configuration)
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        let fields = try headerFields(request)
        defer { curl_slist_free_all(fields) }
        try check(
            http_client_set_context(
                pointer, context, Transfer.onStart, Transfer.onHeader, Transfer.onBody),
            "the callbacks")
        try check(http_client_set_text(pointer, CURLOPT_URL, request.url), "url")
        try check(http_client_set_fields(pointer, fields), "headers")
        let stored = request.body.withUnsafeBytes { body in
            // A body of no bytes still needs an address: without one the library reads its input.
            http_client_set_body(pointer, body.baseAddress ?? UnsafeRawPointer(pointer), body.count)
        }
        try check(stored, "body")
        let code = withExtendedLifetime(transfer) { curl_easy_perform(pointer) }
        if let error = transfer.error(code) { throw error }
        return HTTPClientAnswer(
            status: http_client_status(pointer), headers: transfer.headers, body: transfer.body)
    }

    private func configure() throws(HTTPClientError) {
        let numbers: [(option: CURLoption, value: Int)] = [
            // Signals are the program's own business.
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeoutMilliseconds),
            (CURLOPT_TIMEOUT_MS, configuration.totalTimeoutMilliseconds),
            (CURLOPT_HTTP_VERSION, http_client_version_11),
            (CURLOPT_HTTP09_ALLOWED, 0), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, http_client_tls_12),
            (CURLOPT_MAXCONNECTS, 1), (CURLOPT_MAXAGE_CONN, configuration.maximumIdleSeconds),
            (CURLOPT_POST, 1),
        ]
        for (option, value) in numbers {
            try check(http_client_set_number(pointer, option, value), "option \(option.rawValue)")
        }
        // An empty text means none at all, also not what the environment says.
        try check(http_client_set_text(pointer, CURLOPT_PROXY, ""), "proxy")
        try check(http_client_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https"), "protocols")
        if let path = configuration.authorityPath {
            try check(http_client_set_text(pointer, CURLOPT_CAINFO, path), "authorityPath")
        }
    }

    private func headerFields(
        _ request: HTTPClientRequest
    ) throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        // Without the empty field the library asks first whether a long body is welcome.
        let all = [(name: "Expect", value: "")] + request.headers
        for (name, value) in all {
            let hasBreak = (name + value).utf8.contains { $0 < 0x20 || $0 == 0x7F }
            guard !hasBreak, let longer = curl_slist_append(list, "\(name): \(value)") else {
                curl_slist_free_all(list)
                throw .invalidConfiguration(
                    field: "header \(name)", reason: "it cannot be sent; use printable text")
            }
            list = longer
        }
        return list
    }

    private func check(_ code: CURLcode, _ field: String) throws(HTTPClientError) {
        guard code != CURLE_OK else { return }
        throw .invalidConfiguration(
            field: field, reason: "libcurl refuses it: \(String(cString: curl_easy_strerror(code)))"
        )
    }
}
