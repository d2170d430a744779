using System.Buffers.Binary;
using System.Security.Cryptography;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;

namespace Coterie.Server.Execution;

/// <summary>Where a page ended.</summary>
/// <param name="Command">Which of the statement's reads goes on (of an IN: which partition).</param>
/// <param name="Left">How many rows the statement's LIMIT leaves.</param>
/// <param name="After">The last entry that was read; null: the read begins.</param>
internal readonly record struct PagePosition(int Command, int Left, ResumePoint? After);

/// <summary>
/// The paging state: opaque to clients, good at any node of the cluster. A version, a position, and a MAC over both, the statement and
/// its values, keyed by the cluster's id: a state that is forged, cut short, of another statement or of another cluster is refused before
/// anything of it is believed. Bytes: version (1), command (4), left (4), has a point (1), token (8), lengths of partition and entry key
/// (2 + 4), both keys, MAC (16); numbers big endian.
/// </summary>
internal sealed class PagingState
{
    private const byte Version = 1;
    private const int MacBytes = 16;
    private const int FixedBytes = 1 + 4 + 4 + 1 + 8 + 2 + 4;

    private readonly byte[] _key;

    public PagingState(ClusterId cluster) =>
        _key = HMACSHA256.HashData(cluster.Value.ToByteArray(bigEndian: true), "coterie paging state"u8);

    public byte[] Write(in PagePosition position, PreparedId statement, BoundValues values)
    {
        var after = position.After.GetValueOrDefault();
        var state = new byte[FixedBytes + after.PartitionKey.Length + after.EntryKey.Length + MacBytes];
        var span = state.AsSpan();
        span[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], position.Command);
        BinaryPrimitives.WriteInt32BigEndian(span[5..], position.Left);
        span[9] = position.After is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(span[10..], after.Token.Value);
        BinaryPrimitives.WriteUInt16BigEndian(span[18..], (ushort)after.PartitionKey.Length);
        BinaryPrimitives.WriteInt32BigEndian(span[20..], after.EntryKey.Length);
        after.PartitionKey.Span.CopyTo(span[FixedBytes..]);
        after.EntryKey.Span.CopyTo(span[(FixedBytes + after.PartitionKey.Length)..]);
        Mac(span[..^MacBytes], statement, values, span[^MacBytes..]);
        return state;
    }

    /// <exception cref="ClientErrorException">The state is not one that a node of this cluster gave for this statement and these values.</exception>
    public PagePosition Read(ReadOnlySpan<byte> state, PreparedId statement, BoundValues values)
    {
        Span<byte> expected = stackalloc byte[MacBytes];
        if (state.Length is < FixedBytes + MacBytes or > FixedBytes + MacBytes + Limits.PartitionKeyBytesMax + Limits.EntryKeyBytesMax || state[0] != Version)
        {
            throw Invalid();
        }

        Mac(state[..^MacBytes], statement, values, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, state[^MacBytes..]))
        {
            throw Invalid();
        }

        return Decode(state[..^MacBytes]);
    }

    private static PagePosition Decode(ReadOnlySpan<byte> state)
    {
        var keyLength = BinaryPrimitives.ReadUInt16BigEndian(state[18..]);
        var entryLength = BinaryPrimitives.ReadInt32BigEndian(state[20..]);
        Check.Request(FixedBytes + keyLength + entryLength == state.Length, "a paging state with a right MAC has right lengths");
        var keys = state[FixedBytes..];
        ResumePoint? after = state[9] == 0
            ? null
            : new ResumePoint(new Token(BinaryPrimitives.ReadInt64BigEndian(state[10..])), keys[..keyLength].ToArray(), keys[keyLength..].ToArray());
        return new PagePosition(BinaryPrimitives.ReadInt32BigEndian(state[1..]), BinaryPrimitives.ReadInt32BigEndian(state[5..]), after);
    }

    private void Mac(ReadOnlySpan<byte> state, PreparedId statement, BoundValues values, Span<byte> destination)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Span<byte> scratch = stackalloc byte[PreparedId.Size];
        statement.Write(scratch);
        mac.AppendData(scratch);
        for (var i = 0; i < values.Count; i++)
        {
            var value = values.Bytes(i).Span;
            scratch[0] = (byte)values.State(i);
            BinaryPrimitives.WriteInt32BigEndian(scratch[1..], value.Length);
            mac.AppendData(scratch[..5]);
            mac.AppendData(value);
        }

        mac.AppendData(state);
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        mac.GetHashAndReset(whole);
        whole[..MacBytes].CopyTo(destination);
    }

    private static ClientErrorException Invalid() => ClientErrorException.Invalid("Invalid value for the paging state: it was not given by this cluster for this statement");
}
