using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Coterie.Model;

namespace Coterie.Cql.Plans;

/// <summary>
/// The partitions that a statement names. A key of one column is its bytes; a composite one is for each part its length (2 bytes), its
/// bytes and 0x00, as in Cassandra (<see cref="Model.Keys.Partitioner"/>).
/// </summary>
internal sealed class PartitionKeys
{
    private readonly ImmutableArray<KeyPart> _parts;

    public PartitionKeys(ImmutableArray<KeyPart> parts)
    {
        _parts = parts;
        IsSingle = parts.All(p => p.IsSingle);
    }

    /// <summary>True if every column is restricted by <c>=</c>.</summary>
    public bool IsSingle { get; }

    /// <summary>The markers that give the key; empty unless every column is given by one.</summary>
    public ImmutableArray<ushort> Markers =>
        _parts.All(p => p.Marker is not null) ? [.. _parts.Select(p => (ushort)p.Marker!.Index)] : [];

    /// <summary>Writes the key of a statement that <see cref="IsSingle"/>.</summary>
    public void Write(scoped in TermContext context, ArrayBufferWriter<byte> destination)
    {
        var start = destination.WrittenCount;
        foreach (var part in _parts)
        {
            WritePart(part.Value(context), destination);
        }

        CheckLength(destination.WrittenCount - start);
    }

    /// <summary>All keys, in the order of their values.</summary>
    public List<byte[]> WriteAll(scoped in TermContext context)
    {
        var keys = new List<byte[]>();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var combination in KeyCombinations.Of(_parts, context))
        {
            buffer.ResetWrittenCount();
            foreach (var value in combination)
            {
                WritePart(value, buffer);
            }

            CheckLength(buffer.WrittenCount);
            keys.Add(buffer.WrittenSpan.ToArray());
        }

        return keys;
    }

    private void WritePart(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> destination)
    {
        if (_parts.Length == 1)
        {
            destination.Write(value);
            return;
        }

        CheckLength(value.Length + 1);
        var span = destination.GetSpan(value.Length + 3);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)value.Length);
        value.CopyTo(span[2..]);
        span[value.Length + 2] = 0;
        destination.Advance(value.Length + 3);
    }

    private static void CheckLength(int length)
    {
        if (length == 0)
        {
            throw new CqlInvalidException("Key may not be empty");
        }

        if (length > Limits.PartitionKeyBytesMax)
        {
            throw new CqlInvalidException($"Key length of {length} is longer than maximum of {Limits.PartitionKeyBytesMax}");
        }
    }
}
