namespace Coterie.Server.Protocol;

/// <summary>RESULT Rows (native protocol v4 §4.2.5.2).</summary>
internal static class RowsMessage
{
    [Flags]
    public enum Flag
    {
        None = 0,
        GlobalTableSpec = 1,
        HasMorePages = 2,
        NoMetadata = 4,
    }

    /// <param name="pagingState">Empty: there are no more pages.</param>
    /// <param name="rows">The rows as the projector wrote them.</param>
    public static void Write(FrameWriter frame, ColumnSpecs columns, bool skipsMetadata, ReadOnlySpan<byte> pagingState, int count, ReadOnlySpan<byte> rows)
    {
        frame.WriteInt((int)ResultKind.Rows);
        WriteMetadata(frame, columns, skipsMetadata, pagingState);
        frame.WriteInt(count);
        frame.Write(rows);
    }

    public static void WriteMetadata(FrameWriter frame, ColumnSpecs columns, bool skipsMetadata, ReadOnlySpan<byte> pagingState)
    {
        var flags = pagingState.IsEmpty ? Flag.None : Flag.HasMorePages;
        flags |= skipsMetadata ? Flag.NoMetadata : columns.IsOfOneTable ? Flag.GlobalTableSpec : Flag.None;
        frame.WriteInt((int)flags);
        frame.WriteInt(columns.Count);
        if (!pagingState.IsEmpty)
        {
            frame.WriteBytes(pagingState);
        }

        if (!skipsMetadata)
        {
            frame.Write(columns.Encoded);
        }
    }
}
