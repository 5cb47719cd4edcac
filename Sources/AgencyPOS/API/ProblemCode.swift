/// What is wrong with a request beside the business rules; the raw value is its stable type.
///
/// The rules themselves refuse with a `RefusalCode`.
enum ProblemCode: String, CaseIterable, Sendable {
    // The caller
    case unauthorized
    case idempotencyKeyMissing = "idempotency-key-missing"
    case idempotencyKeyInvalid = "idempotency-key-invalid"
    case invalidJSON = "invalid-json"
    case invalidParameter = "invalid-parameter"
    // The server
    case busy
    case shuttingDown = "shutting-down"
    case storageFull = "storage-full"
    case `internal`
    // HTTP
    case badRequest = "bad-request"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case lengthRequired = "length-required"
    case bodyTooLarge = "body-too-large"
    case uriTooLong = "uri-too-long"
    case expectationFailed = "expectation-failed"
    case headersTooLarge = "headers-too-large"
    case unsupportedTransferCoding = "unsupported-transfer-coding"
    case versionNotSupported = "version-not-supported"

    /// The HTTP statuses that the problem comes with, the usual one first.
    var statuses: [Int] {
        switch self {
        case .unauthorized: [401]
        case .idempotencyKeyMissing, .idempotencyKeyInvalid, .badRequest: [400]
        // 400 for a text that is no JSON, 422 for one that is not what is expected.
        case .invalidJSON: [400, 422]
        // 400 in the query, 404 in the path.
        case .invalidParameter: [400, 404]
        case .notFound: [404]
        case .methodNotAllowed: [405]
        case .requestTimeout: [408]
        case .lengthRequired: [411]
        case .bodyTooLarge: [413]
        case .uriTooLong: [414]
        case .expectationFailed: [417]
        case .headersTooLarge: [431]
        case .internal: [500]
        case .unsupportedTransferCoding: [501]
        case .busy, .shuttingDown: [503]
        case .versionNotSupported: [505]
        case .storageFull: [507]
        }
    }

    /// The problem's title in Chinese; as stable as its type.
    var chineseTitle: String {
        switch self {
        case .unauthorized: "未登录"
        case .idempotencyKeyMissing: "缺少交易编号"
        case .idempotencyKeyInvalid: "交易编号格式有误"
        case .invalidJSON: "请求内容有误"
        case .invalidParameter: "请求参数有误"
        case .busy: "系统繁忙"
        case .shuttingDown: "系统正在停机"
        case .storageFull: "服务器磁盘已满"
        case .internal: "系统故障"
        case .badRequest: "请求有误"
        case .notFound: "地址不存在"
        case .methodNotAllowed: "请求方法不支持"
        case .requestTimeout: "请求超时"
        case .lengthRequired: "缺少内容长度"
        case .bodyTooLarge: "请求过大"
        case .uriTooLong: "地址过长"
        case .expectationFailed: "请求预期不支持"
        case .headersTooLarge: "请求头过大"
        case .unsupportedTransferCoding: "传输编码不支持"
        case .versionNotSupported: "协议版本不支持"
        }
    }

    /// What the operator does next, in Chinese.
    var chineseDetail: String {
        switch self {
        case .unauthorized: "请先登录；登录已过期时请重新登录"
        case .busy: "系统繁忙，本次未处理；请稍候用原交易编号重发"
        case .shuttingDown: "系统正在停机；请稍候用原交易编号重发"
        case .storageFull: "服务器磁盘已满，本次未入账；请联系中心"
        case .internal: "系统故障；请用原交易编号重发，仍失败时把 request_id 告诉中心"
        case .requestTimeout: "请求未及时送达；请检查线路后用原交易编号重发"
        case .idempotencyKeyMissing, .idempotencyKeyInvalid, .invalidJSON, .invalidParameter,
            .badRequest, .notFound, .methodNotAllowed, .lengthRequired, .bodyTooLarge,
            .uriTooLong, .expectationFailed, .headersTooLarge, .unsupportedTransferCoding,
            .versionNotSupported:
            "终端发出的请求有误，未作任何处理；请把 request_id 告诉中心"
        }
    }

    /// The same where one field is to blame: what was typed there may be wrong, not the terminal.
    func chineseDetail(at field: String) -> String {
        "字段 \(field) 有误，未作任何处理；请核对后重新录入，仍不行时把 request_id 告诉中心"
    }
}
