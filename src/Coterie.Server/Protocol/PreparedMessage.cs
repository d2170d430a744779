namespace Coterie.Server.Protocol;

/// <summary>RESULT Prepared (native protocol v4 §4.2.5.4).</summary>
internal static class PreparedMessage
{
    /// <param name="partitionKeyMarkers">For each partition key column the marker that gives it; drivers route by it.</param>
    /// <param name="columns">Of the rows; null if the statement returns none.</param>
    public static void Write(FrameWriter frame, ReadOnlySpan<byte> id, ColumnSpecs markers, ReadOnlySpan<ushort> partitionKeyMarkers, ColumnSpecs? columns)
    {
        frame.WriteInt((int)ResultKind.Prepared);
        frame.WriteShortBytes(id);
        frame.WriteInt((int)(markers.IsOfOneTable ? RowsMessage.Flag.GlobalTableSpec : RowsMessage.Flag.None));
        frame.WriteInt(markers.Count);
        frame.WriteInt(partitionKeyMarkers.Length);
        foreach (var marker in partitionKeyMarkers)
        {
            frame.WriteShort(marker);
        }

        frame.Write(markers.Encoded);
        RowsMessage.WriteMetadata(frame, columns ?? ColumnSpecs.Empty, skipsMetadata: columns is null, []);
    }
}
