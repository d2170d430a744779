namespace Coterie.Storage;

/// <summary>The key spaces of the engine (RocksDB: column families). Keys of one never meet keys of another.</summary>
public enum StorageArea : byte
{
    /// <summary>Rows. Merged with <c>Coterie.Model.Rows.RowMerge</c>.</summary>
    Data = 0,

    /// <summary>What belongs to this node alone: identity, clock ceiling, promises and accepted values, the metadata log. Put and delete only.</summary>
    Local = 1,
}
