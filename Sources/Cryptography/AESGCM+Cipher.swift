import CSSL

extension AESGCM {
    /// Which way a cipher runs.
    enum Direction {
        case seal
        case open
    }

    /// One use of OpenSSL's cipher context: associated data, then the message, then the tag.
    final class Cipher {
        private let context: OpaquePointer
        private let direction: Direction

        init(
            direction: Direction, key: SymmetricKey, nonce: [UInt8]
        ) throws(CryptographyError) {
            precondition(key.byteCount == keyByteCount && nonce.count == nonceByteCount)
            self.direction = direction
            context = LibraryObjects.required(EVP_CIPHER_CTX_new(), "a cipher context")
            let sealing: Int32 =
                switch direction {
                case .seal: 1
                case .open: 0
                }
            let status = key.withUnsafeBytes { key in
                EVP_CipherInit_ex2(
                    context, LibraryObjects.aes256GCM,
                    key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce, sealing, nil)
            }
            try require(status, "AES-256-GCM start")
        }

        deinit {
            EVP_CIPHER_CTX_free(context)
        }

        func authenticate(_ associatedData: [UInt8]) throws(CryptographyError) {
            // A null output marks associated data; with no data there is nothing to announce.
            guard !associatedData.isEmpty else { return }
            var written: Int32 = 0
            try require(
                EVP_CipherUpdate(
                    context, nil, &written, associatedData, Int32(associatedData.count)),
                "AES-256-GCM associated data")
        }

        func transform(_ message: ArraySlice<UInt8>) throws(CryptographyError) -> [UInt8] {
            guard !message.isEmpty else { return [] }
            var output = [UInt8](repeating: 0, count: message.count)
            var written: Int32 = 0
            let status = message.withUnsafeBufferPointer { input in
                EVP_CipherUpdate(
                    context, &output, &written, input.baseAddress, Int32(input.count))
            }
            try require(status, "AES-256-GCM update")
            return output
        }

        func tag() throws(CryptographyError) -> [UInt8] {
            precondition(direction == .seal, "only a sealing cipher makes a tag")
            var spare = [UInt8](repeating: 0, count: tagByteCount)
            var written: Int32 = 0
            try require(EVP_CipherFinal_ex(context, &spare, &written), "AES-256-GCM end")
            var tag = [UInt8](repeating: 0, count: tagByteCount)
            try require(
                CSSL_gcm_read_tag(context, &tag, Int32(tagByteCount)), "AES-256-GCM tag")
            return tag
        }

        func isAuthentic(tag: [UInt8]) -> Bool {
            precondition(direction == .open, "only an opening cipher checks a tag")
            defer { ERR_clear_error() }
            guard CSSL_gcm_expect_tag(context, tag, Int32(tagByteCount)) == 1 else { return false }
            var spare = [UInt8](repeating: 0, count: tagByteCount)
            var written: Int32 = 0
            return EVP_CipherFinal_ex(context, &spare, &written) == 1
        }

        private func require(_ status: Int32, _ operation: String) throws(CryptographyError) {
            guard status == 1 else {
                throw .libraryFailure(
                    operation: operation, code: LibraryObjects.lastErrorCode())
            }
        }
    }
}
