using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Storage;

namespace Coterie.Replica.Groups;

/// <summary>What one member of a group keeps on its disk, as keys and values of <see cref="StorageArea.Raft"/>. Format: docs/formats.md.</summary>
internal sealed class GroupStore(GroupId group)
{
    private const int GroupBytes = sizeof(ulong);
    private const int EntryHeadBytes = sizeof(long) + 1;
    private const byte StateKind = 0;
    private const byte BaseKind = 1;
    private const byte EntryKind = 2;
    private const byte CountsKind = 3;
    private const byte FetchKind = 4;
    private const byte AppliedKind = 5;
    private const byte Nobody = 0xFF;

    private long _lastOnDisk;

    /// <summary>Reads what is there. Before anything is written.</summary>
    /// <param name="members">Of the group.</param>
    /// <param name="lastLoss">The incarnation of this node since it last lost writes; 0: it never has.</param>
    /// <exception cref="MalformedDataException">A record is not what was written; the message says which.</exception>
    public StoredGroup Load(IStorageEngine engine, int members, long lastLoss)
    {
        var state = HardState.Initial;
        var before = default(LogPosition);
        var stamp = 0L;
        var (countsSince, isFetching) = (0L, false);
        var (applied, appliedStamp) = (0L, 0L);
        var entries = new List<RaftEntry>();
        using var cursor = engine.Scan(StorageArea.Raft, Key(StateKind), Key(byte.MaxValue), reverse: false);
        while (cursor.MoveNext())
        {
            var key = cursor.Key;
            var value = cursor.Value;
            switch (key[GroupBytes])
            {
                case StateKind when value.Length == 9:
                    state = new HardState(BinaryPrimitives.ReadInt64BigEndian(value), value[8] == Nobody ? HardState.Nobody : value[8]);
                    Require(state.Term >= 0 && state.Vote < members, key);
                    break;
                case BaseKind when value.Length == 24:
                    before = new LogPosition(BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadInt64BigEndian(value[8..]));
                    stamp = BinaryPrimitives.ReadInt64BigEndian(value[16..]);
                    Require(before.Index >= 0 && before.Term >= 0 && before.Term <= state.Term, key);
                    break;
                case EntryKind when value.Length >= EntryHeadBytes && key.Length == GroupBytes + 1 + sizeof(long):
                    var entry = ReadEntry(key, value);
                    Require(entry.Term >= 0 && entry.Term <= state.Term, key);
                    if (entry.Index > before.Index)
                    {
                        // Others came while the state was fetched that the log begins behind.
                        Require(entry.Index == before.Index + entries.Count + 1 && entry.Term >= (entries.Count == 0 ? before : entries[^1].Position).Term, key);
                        entries.Add(entry);
                        stamp = entry.Kind == RaftEntryKind.Command ? Math.Max(stamp, GroupCommand.StampOf(entry.Payload.Span)) : stamp;
                    }

                    break;
                case CountsKind when value.Length == sizeof(long):
                    countsSince = BinaryPrimitives.ReadInt64BigEndian(value);
                    break;
                case FetchKind when value.IsEmpty:
                    isFetching = true;
                    break;
                case AppliedKind when value.Length == 2 * sizeof(long):
                    (applied, appliedStamp) = (BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadInt64BigEndian(value[sizeof(long)..]));
                    Require(applied >= 0 && applied <= before.Index + entries.Count, key);
                    break;
                default:
                    throw Damaged(key, "cannot be read");
            }
        }

        var log = new RaftLog(before, Membership.Of(members), entries);
        if (applied > before.Index)
        {
            log.Include(new LogPosition(applied, entries[(int)(applied - before.Index) - 1].Term));
        }

        _lastOnDisk = log.LastIndex;
        return new StoredGroup(state, log, stamp, IsPassive: countsSince < lastLoss, isFetching, appliedStamp);
    }

    public void Append(StorageBatch batch, RaftWrite write)
    {
        if (write.HardState is { } state)
        {
            Put(batch, state);
        }

        if (write.Entries.Count == 0)
        {
            return;
        }

        var first = write.Entries[0].Index;
        if (first <= _lastOnDisk)
        {
            batch.DeleteRange(StorageArea.Raft, EntryKey(first), EntryKey(_lastOnDisk + 1));
        }

        foreach (var entry in write.Entries)
        {
            var value = new byte[EntryHeadBytes + entry.Payload.Length];
            BinaryPrimitives.WriteInt64BigEndian(value, entry.Term);
            value[8] = (byte)entry.Kind;
            entry.Payload.Span.CopyTo(value.AsSpan(EntryHeadBytes));
            batch.Put(StorageArea.Raft, EntryKey(entry.Index), value);
        }

        _lastOnDisk = write.Entries[^1].Index;
    }

    /// <summary>
    /// Entries up to the index are in the tables, and are not applied again at a restart: what they deleted may be swept. What applied them is before this in
    /// the store, which loses nothing but its end.
    /// </summary>
    /// <param name="stamp">The greatest of theirs.</param>
    public void MarkApplied(StorageBatch batch, long index, long stamp)
    {
        Span<byte> value = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, index);
        BinaryPrimitives.WriteInt64BigEndian(value[sizeof(long)..], stamp);
        batch.Put(StorageArea.Raft, Key(AppliedKind), value);
    }

    /// <summary>The rows of the group are not all here from now on.</summary>
    public void BeginFetch(StorageBatch batch) => batch.Put(StorageArea.Raft, Key(FetchKind), []);

    /// <summary>The rows are here.</summary>
    /// <param name="restart">They are as of this position or later, and the log begins behind it; null: the log stays.</param>
    /// <param name="keepsEntries">Those behind the position are the leader's; else they go.</param>
    public void EndFetch(StorageBatch batch, LogPosition? restart, bool keepsEntries, long stamp)
    {
        batch.Delete(StorageArea.Raft, Key(FetchKind));
        if (restart is not { } position)
        {
            return;
        }

        Shorten(batch, position, stamp);
        if (!keepsEntries)
        {
            batch.DeleteRange(StorageArea.Raft, EntryKey(0), Key(EntryKind + 1));
        }
    }

    /// <summary>The member counts again, with the state in which it breaks no promise that it has forgotten, in one.</summary>
    /// <param name="lastLoss">Up to this incarnation of the node all losses are made up for.</param>
    public void EndPassive(StorageBatch batch, HardState state, long lastLoss)
    {
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, lastLoss);
        batch.Put(StorageArea.Raft, Key(CountsKind), value);
        Put(batch, state);
    }

    /// <summary>The log begins behind this position from now on.</summary>
    /// <param name="stamp">Of the last command up to there.</param>
    public void Shorten(StorageBatch batch, LogPosition before, long stamp)
    {
        Span<byte> value = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(value, before.Index);
        BinaryPrimitives.WriteInt64BigEndian(value[8..], before.Term);
        BinaryPrimitives.WriteInt64BigEndian(value[16..], stamp);
        batch.Put(StorageArea.Raft, Key(BaseKind), value);
        batch.DeleteRange(StorageArea.Raft, EntryKey(0), EntryKey(before.Index + 1));
        _lastOnDisk = Math.Max(_lastOnDisk, before.Index);
    }

    private RaftEntry ReadEntry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = new LogPosition(BinaryPrimitives.ReadInt64BigEndian(key[(GroupBytes + 1)..]), BinaryPrimitives.ReadInt64BigEndian(value));
        var entry = new RaftEntry(position, (RaftEntryKind)value[8], value[EntryHeadBytes..].ToArray());
        Require(entry.Kind == RaftEntryKind.Command || (entry.Kind == RaftEntryKind.Empty && entry.Payload.IsEmpty), key);
        try
        {
            if (entry.Kind == RaftEntryKind.Command)
            {
                GroupCommand.Validate(entry.Payload.Span);
            }
        }
        catch (MalformedDataException exception)
        {
            throw Damaged(key, $"is none: {exception.Message}");
        }

        return entry;
    }

    /// <summary>What no member writes: another term, vote or place in the log than can be.</summary>
    private void Require(bool isPossible, ReadOnlySpan<byte> key)
    {
        if (!isPossible)
        {
            throw Damaged(key, "cannot be what was written");
        }
    }

    private MalformedDataException Damaged(ReadOnlySpan<byte> key, string what)
    {
        var record = key[GroupBytes] == EntryKind && key.Length == GroupBytes + 1 + sizeof(long)
            ? $"Entry {BinaryPrimitives.ReadInt64BigEndian(key[(GroupBytes + 1)..])}"
            : $"The record {Convert.ToHexString(key)}";
        return new MalformedDataException($"{record} of the log of group {group} {what}.");
    }

    private void Put(StorageBatch batch, HardState state)
    {
        Span<byte> value = stackalloc byte[9];
        BinaryPrimitives.WriteInt64BigEndian(value, state.Term);
        value[8] = state.Vote == HardState.Nobody ? Nobody : (byte)state.Vote;
        batch.Put(StorageArea.Raft, Key(StateKind), value);
    }

    private byte[] Key(byte kind)
    {
        var key = new byte[GroupBytes + 1];
        BinaryPrimitives.WriteUInt64BigEndian(key, group.Value);
        key[GroupBytes] = kind;
        return key;
    }

    private byte[] EntryKey(long index)
    {
        var key = new byte[GroupBytes + 1 + sizeof(long)];
        BinaryPrimitives.WriteUInt64BigEndian(key, group.Value);
        key[GroupBytes] = EntryKind;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(GroupBytes + 1), index);
        return key;
    }
}

/// <param name="Stamp">The greatest that a command up to the end of the log has.</param>
/// <param name="IsPassive">The node has lost writes since this member last counted: it may have forgotten what it promised.</param>
/// <param name="IsFetching">Rows of the group are missing.</param>
/// <param name="AppliedStamp">The greatest that is known of what the log says is applied.</param>
internal readonly record struct StoredGroup(HardState State, RaftLog Log, long Stamp, bool IsPassive, bool IsFetching, long AppliedStamp);
