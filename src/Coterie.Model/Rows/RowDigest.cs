using System.Buffers.Binary;
using System.IO.Hashing;

namespace Coterie.Model.Rows;

/// <summary>
/// A 128-bit hash over entries, each its key and its row with their lengths, in the order given. Equal digests mean equal answers, up to
/// chance: XxHash128 is not cryptographic, and replicas are not adversaries. Reused; one owner at a time.
/// </summary>
public sealed class RowDigest
{
    public const int Bytes = 16;

    private readonly XxHash128 _hash = new();

    public void Add(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        Span<byte> lengths = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(lengths, entryKey.Length);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[sizeof(int)..], row.Length);
        _hash.Append(lengths);
        _hash.Append(entryKey);
        _hash.Append(row);
    }

    /// <summary>Writes the digest of what was added, and begins anew.</summary>
    public void Finish(Span<byte> destination) => _hash.GetHashAndReset(destination);
}
