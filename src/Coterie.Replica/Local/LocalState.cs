using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Local;

/// <summary>What a node remembers of itself: its identity and the ceiling of its hybrid clock. Each write completes when it is durable.</summary>
public sealed class LocalState(IStorageEngine engine, IStorageWriter writer)
{
    private readonly LocalArea _area = new(engine, writer, "node/");

    /// <summary>The identity chosen at the first start; null before it.</summary>
    /// <exception cref="MalformedDataException">What is stored is not an identity.</exception>
    public NodeId? NodeId()
    {
        var value = _area.Get("id");
        return value is null ? null
            : value.Length == 16 ? new NodeId(new Guid(value, bigEndian: true))
            : throw new MalformedDataException($"node id of {value.Length} bytes");
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task SetNodeIdAsync(NodeId id) => _area.PutAsync("id", id.Value.ToByteArray(bigEndian: true));

    /// <summary>The last durable ceiling of the hybrid clock, in microseconds; 0 before the first.</summary>
    /// <exception cref="MalformedDataException">What is stored is not a ceiling.</exception>
    public long ClockCeiling()
    {
        var value = _area.Get("clock-ceiling");
        return value is null ? 0
            : value.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(value)
            : throw new MalformedDataException($"clock ceiling of {value.Length} bytes");
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task SetClockCeilingAsync(long ceiling)
    {
        var value = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(value, ceiling);
        return _area.PutAsync("clock-ceiling", value);
    }
}
