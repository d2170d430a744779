using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Coterie.Cluster.Ring;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Replica.Local;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Deletes;

/// <summary>Where states of deletes lie: under the table's storage id and a name that says who the group's replicas are.</summary>
internal sealed class HorizonStore(IStorageEngine engine, IStorageWriter writer)
{
    private readonly LocalArea _area = new(engine, writer, "deletes/");
    private readonly LocalArea _node = new(engine, writer, "losses/");

    /// <exception cref="MalformedDataException">What is stored is not a state.</exception>
    public Dictionary<string, GroupState> Load()
    {
        var states = new Dictionary<string, GroupState>(StringComparer.Ordinal);
        _area.Scan((key, value) => states[key] = GroupState.Decode(value));
        return states;
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task PutAsync(string key, GroupState state) => _area.PutAsync(key, state.Encode());

    public Task DeleteAsync(string key) => _area.DeleteAsync(key);

    /// <summary>All that was written before, by whatever way, is durable after it, whatever the sync mode.</summary>
    public Task BarrierAsync() => _node.PutAsync("barrier", ReadOnlyMemory<byte>.Empty);

    /// <summary>The last loss of this node; none if it never lost anything.</summary>
    /// <exception cref="MalformedDataException">What is stored is not a loss.</exception>
    public Loss Loss()
    {
        var value = _node.Get("last");
        return value is null ? default
            : value.Length == 12 ? new Loss(BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadUInt32BigEndian(value.AsSpan(8)))
            : throw new MalformedDataException($"loss of {value.Length} bytes");
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task SetLossAsync(Loss loss)
    {
        var value = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(value, loss.Incarnation);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(8), loss.Below);
        return _node.PutAsync("last", value);
    }

    public static string KeyOf(StorageId table, ReplicaGroup group)
    {
        var nodes = Encoding.UTF8.GetBytes(string.Join(' ', group.Nodes));
        var name = BinaryPrimitives.ReadUInt128BigEndian(System.IO.Hashing.XxHash128.Hash(nodes));
        return string.Create(CultureInfo.InvariantCulture, $"{table.Value:x8}/{name:x32}");
    }

    public static StorageId? TableOf(string key) =>
        key.Length > 8 && uint.TryParse(key.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var table) ? new StorageId(table) : null;
}

/// <summary>A loss of writes by this node.</summary>
/// <param name="Incarnation">Of the node since; 0: nothing was lost.</param>
/// <param name="Below">Tables with a storage id below it were there, and have lost something. 0: not known yet, because the metadata was lost too.</param>
internal readonly record struct Loss(long Incarnation, uint Below);
