/// How much time and memory one scrypt computation takes (RFC 7914).
public struct ScryptCost: Hashable, Sendable {
    /// The bounds that keep a hostile stored hash from stopping the server.
    public static let maximumMemoryBytes = 64 * 1_024 * 1_024
    /// The bound of N × r × p: eight times the default's work.
    public static let maximumWork = 1 << 20
    /// The bounds of the block size r.
    public static let allowedBlockSizes = 1...32
    /// The bounds of the parallelisation p.
    public static let allowedParallelizations = 1...16
    /// The bounds of N, which must also be a power of two.
    public static let allowedIterations = 2...(1 << 20)

    /// N = 16,384, r = 8, p = 1: 16 MiB and about 45 ms of one core.
    public static let `default` = ScryptCost(
        unchecked: 16_384, blockSize: 8, parallelization: 1)

    /// N, a power of two.
    public let iterations: Int
    /// r, in units of 128 bytes.
    public let blockSize: Int
    /// p.
    public let parallelization: Int

    /// Checks the parameters, in this order: N, r, p, memory, work.
    ///
    /// - Throws: ``CryptographyError/passwordCostOutOfBounds(field:value:)``.
    public init(
        iterations: Int, blockSize: Int, parallelization: Int
    ) throws(CryptographyError) {
        guard Self.allowedIterations.contains(iterations), iterations & (iterations - 1) == 0
        else { throw .passwordCostOutOfBounds(field: "N", value: iterations) }
        guard Self.allowedBlockSizes.contains(blockSize) else {
            throw .passwordCostOutOfBounds(field: "r", value: blockSize)
        }
        guard Self.allowedParallelizations.contains(parallelization) else {
            throw .passwordCostOutOfBounds(field: "p", value: parallelization)
        }
        let memoryBytes = 128 * iterations * blockSize
        guard memoryBytes <= Self.maximumMemoryBytes else {
            throw .passwordCostOutOfBounds(field: "memory", value: memoryBytes)
        }
        let work = iterations * blockSize * parallelization
        guard work <= Self.maximumWork else {
            throw .passwordCostOutOfBounds(field: "work", value: work)
        }
        self.init(
            unchecked: iterations, blockSize: blockSize, parallelization: parallelization)
    }

    private init(unchecked iterations: Int, blockSize: Int, parallelization: Int) {
        self.iterations = iterations
        self.blockSize = blockSize
        self.parallelization = parallelization
    }
}
