import Glibc

/// Which file a name stands for at the moment.
struct FileStamp: Equatable {
    private let device: dev_t
    private let number: ino_t
    /// Whether it is a regular file that has no second name.
    let isOnlyName: Bool

    /// Nothing when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        (device, number) = (status.st_dev, status.st_ino)
        isOnlyName = status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }

    static func == (left: FileStamp, right: FileStamp) -> Bool {
        left.device == right.device && left.number == right.number
    }
}
