namespace Coterie.Storage;

/// <summary>The key spaces of the engine (RocksDB: column families). Keys of one never meet keys of another.</summary>
public enum StorageArea : byte
{
    /// <summary>Rows. Merged with <c>Coterie.Model.Rows.RowMerge</c>.</summary>
    Data = 0,

    /// <summary>What belongs to this node alone: identity, clock ceiling, promises and accepted values, the metadata log. Put and delete only.</summary>
    Local = 1,

    /// <summary>Mutations kept for replicas that were not there, and batches under way, until they are replayed. Put and delete only.</summary>
    Hints = 2,

    /// <summary>The leaves of the Merkle trees over <see cref="Data"/>, and which of them are dirty. Put and delete only.</summary>
    Trees = 3,

    /// <summary>Logs, terms and votes of the groups that agree by Raft. Put and delete only.</summary>
    Raft = 4,
}

public static class StorageAreas
{
    /// <summary>Areas are numbered from 0 to this, without gaps.</summary>
    public const int Count = 5;
}
