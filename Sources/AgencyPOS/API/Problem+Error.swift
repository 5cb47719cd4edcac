import Agency
import Glibc
import HTTPServer
import SQL
import Settlement
import StrictJSON

extension Problem {
    /// What a caller is told of an error; nothing for one that is ours to look into.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal: self.init(refusal)
        case let error as JSONError:
            self.init(
                .invalidJSON, status: error.kind.isAboutText ? 400 : 422,
                detail: error.message, field: error.path.isEmpty ? nil : error.path)
        case QueryError.duplicate(let name):
            self.init(
                .invalidParameter, status: 400,
                detail: "query parameter \(name) comes twice; send it once", field: name)
        case let error as PathParameterError:
            self.init(error)
        case WriterError.batchRolledBack(let cause): self.init(cause)
        case let error as SQLError: self.init(error)
        case SettlementError.systemFailure(_, _, ENOSPC),
            SettlementError.systemFailure(_, _, EDQUOT):
            self.init(
                .storageFull, status: 507,
                detail: "the server's disk is full and the file was not taken; send it again later")
        case let error as WriterError: self.init(error)
        case _: return nil
        }
    }

    /// Of the database's errors a caller is told only of a full disk and a lock.
    private init?(_ error: SQLError) {
        if error.isStorageFull {
            self.init(
                .storageFull, status: 507,
                detail: "the server's disk is full and nothing was booked; call the centre")
        } else if error.isBusy {
            self.init(
                .busy, status: 503,
                detail: "another program holds the book; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        } else {
            return nil
        }
    }

    private init(_ error: PathParameterError) {
        switch error {
        case .notAnInteger(let name):
            self.init(
                .invalidParameter, status: 404,
                detail: "path parameter \(name) must be a whole number", field: name)
        case .tooLong(let name, let maximum):
            self.init(
                .invalidParameter, status: 404,
                detail: "path parameter \(name) has more than \(maximum) characters", field: name)
        }
    }

    private init?(_ error: WriterError) {
        switch error {
        case .queueFull:
            self.init(
                .busy, status: 503,
                detail: "too many payments wait; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        case .stopped:
            self.init(
                .shuttingDown, status: 503,
                detail: "the server is shutting down; send the same request again in a moment",
                headers: [("Retry-After", String(Self.retryAfterSeconds))])
        case .batchRolledBack: return nil
        }
    }
}

extension JSONError.Kind {
    /// Whether the text itself is broken, and not what it says.
    fileprivate var isAboutText: Bool {
        switch self {
        case .missingName, .unknownName, .wrongType, .lengthOutOfRange, .forbiddenCharacter,
            .valueOutOfRange, .valueNotAllowed, .tooManyItems:
            false
        case .empty, .tooLong, .byteOrderMark, .trailingBytes, .unexpectedByte, .unexpectedEnd,
            .trailingComma, .tooDeep, .tooManyMembers, .tooManyElements, .duplicateName,
            .stringTooLong, .invalidUTF8, .controlCharacter, .invalidEscape, .loneSurrogate,
            .fraction, .exponent, .negativeZero, .leadingZero, .integerOutOfRange:
            true
        }
    }
}
