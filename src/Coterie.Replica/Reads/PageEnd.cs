namespace Coterie.Replica.Reads;

/// <summary>Why a page ends after a row.</summary>
internal enum PageEnd : byte
{
    None = 0,

    /// <summary>This partition has as many live rows as the command wants of each.</summary>
    PartitionLimit,

    /// <summary>So many live rows in all, or as many bytes or looked-at entries as one page may cost.</summary>
    Page,
}
