import CMicroHTTPD
import Glibc

/// A response in the form that libmicrohttpd sends.
struct LibraryResponse {
    let handle: OpaquePointer
    let status: UInt32
    let bodyBytes: Int

    /// Why a response cannot be sent.
    struct Unusable: Error {
        let reason: String
    }

    /// Makes the library's own copy of a response.
    ///
    /// - Parameter isLast: whether the connection ends after it.
    /// - Throws: `Unusable`.
    init(_ response: HTTPResponse, isLast: Bool) throws(Unusable) {
        guard HTTPResponse.statusRange.contains(response.status) else {
            throw Unusable(reason: "status \(response.status)")
        }
        let made: OpaquePointer?
        switch response.body {
        case .bytes(let bytes):
            bodyBytes = bytes.count
            made = bytes.withUnsafeBytes { content in
                MHD_create_response_from_buffer(
                    content.count, UnsafeMutableRawPointer(mutating: content.baseAddress),
                    content.isEmpty ? .RESPMEM_PERSISTENT : .RESPMEM_MUST_COPY)
            }
        case .file(let path):
            let file = try LibraryResponse.open(path)
            bodyBytes = Int(file.size)
            made = MHD_create_response_from_fd64(file.size, file.descriptor)
            if made == nil { close(file.descriptor) }
        }
        guard let made else { throw Unusable(reason: "no memory for a response") }
        handle = made
        status = UInt32(response.status)
        for (name, value) in response.headers
        where MHD_add_response_header(made, name, value) != .YES {
            MHD_destroy_response(made)
            throw Unusable(reason: "header \(name)")
        }
        if isLast { MHD_add_response_header(made, "Connection", "close") }
    }

    /// Hands the response to the library, which keeps it as long as it sends.
    func queue(on connection: OpaquePointer) -> MHD_Result {
        let result = MHD_queue_response(connection, status, handle)
        MHD_destroy_response(handle)
        return result
    }

    /// Opens a regular file; a link, a device or a directory is not one.
    private static func open(
        _ path: String
    ) throws(Unusable) -> (descriptor: Int32, size: UInt64) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        // The path may hold personal data, so the reason has only the system's number.
        guard descriptor >= 0 else { throw Unusable(reason: "file cannot be opened: \(errno)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Unusable(reason: "not a regular file")
        }
        return (descriptor, UInt64(status.st_size))
    }
}

extension HTTPResponse {
    /// The whole answer as bytes, for a connection that ends with it; a file is left out.
    func serializedAsLast() -> [UInt8] {
        var content: [UInt8] = []
        switch body {
        case .bytes(let bytes): content = bytes
        case .file: break
        }
        var text = "HTTP/1.1 \(status) Refused\r\n"
        for (name, value) in headers where !value.utf8.contains(where: { $0 < 0x20 }) {
            text += "\(name): \(value)\r\n"
        }
        text += "Connection: close\r\nContent-Length: \(content.count)\r\n\r\n"
        return Array(text.utf8) + content
    }
}
