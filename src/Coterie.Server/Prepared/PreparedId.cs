using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Coterie.Server.Prepared;

/// <summary>
/// The identity of a statement: the first 16 bytes of SHA-256 over its session's keyspace and its text. A pure function, so every node gives
/// the same id and a driver that prepares again gets the id it had. SHA-256 rather than something faster, because whoever could make two
/// texts with one id could make another client run a statement it did not write.
/// </summary>
public readonly record struct PreparedId(ulong High, ulong Low)
{
    public const int Size = 16;

    public static PreparedId Of(string? keyspace, string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(keyspace ?? ""));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return Read(hash.GetHashAndReset().AsSpan(0, Size));
    }

    /// <param name="source">Exactly <see cref="Size"/> bytes.</param>
    public static PreparedId Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }
}
