using System.Buffers;
using Coterie.Model.Rows;

namespace Coterie.Simulator.Mistakes;

/// <summary>
/// Merges of rows of simple columns that decide between two cells of one column as they please; all else is as it should be.
/// </summary>
public static class WrongMerge
{
    private delegate bool RightWins(in Cell left, in Cell right);

    /// <summary>Equal timestamps: whichever came later stays.</summary>
    public static void LaterArrivalWinsTies(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination) =>
        Merge(left, right, destination, static (in l, in r) => r.Timestamp.CompareTo(l.Timestamp) >= 0);

    /// <summary>Equal timestamps: the smaller value stays.</summary>
    public static void LowerValueWinsTies(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination) =>
        Merge(left, right, destination, static (in l, in r) => r.Timestamp == l.Timestamp
            ? r.Value.SequenceCompareTo(l.Value) < 0
            : r.Timestamp.CompareTo(l.Timestamp) > 0);

    /// <summary>Whatever comes overwrites what is there, whatever the timestamps say.</summary>
    public static void LaterArrivalWins(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination) =>
        Merge(left, right, destination, static (in _, in _) => true);

    /// <summary>The deletion of a row or of one of its cells is forgotten when something is written there again, even earlier.</summary>
    public static void DeletionsAreForgotten(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination)
    {
        var leftReader = new RowReader(left);
        var rightReader = new RowReader(right);
        if (!leftReader.RowDeletion.IsNone && rightReader.RowDeletion.IsNone)
        {
            destination.Write(right);
        }
        else if (!rightReader.RowDeletion.IsNone && leftReader.RowDeletion.IsNone)
        {
            destination.Write(left);
        }
        else
        {
            RowMerge.Merge(left, right, destination);
        }
    }

    /// <summary>The deletion of a whole collection does its work once, and is not kept for what comes later.</summary>
    public static void ClearsAreForgotten(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination)
    {
        var merged = new ArrayBufferWriter<byte>();
        RowMerge.Merge(left, right, merged);
        var reader = new RowReader(merged.WrittenSpan);
        if (reader.HasRanges || !reader.RowDeletion.IsNone || reader.HasMarker)
        {
            destination.Write(merged.WrittenSpan);
            return;
        }

        var writer = new RowWriter(destination);
        while (reader.MoveNext())
        {
            switch (reader.Part)
            {
                case RowPart.Collection:
                    writer.BeginCollection(reader.Column, Deletion.None);
                    break;
                case RowPart.Element:
                    writer.Element(reader.ElementKey, reader.Cell);
                    break;
                default:
                    writer.SimpleColumn(reader.Column, reader.Cell);
                    break;
            }
        }

        writer.Finish();
    }

    private static void Merge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination, RightWins rightWins)
    {
        var leftReader = new RowReader(left);
        var rightReader = new RowReader(right);
        var writer = new RowWriter(destination);
        if (leftReader.HasRanges || rightReader.HasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(Deletion.Later(leftReader.RowDeletion, rightReader.RowDeletion));
        if (leftReader.HasMarker || rightReader.HasMarker)
        {
            writer.Marker(!rightReader.HasMarker || (leftReader.HasMarker && CellOrder.Compare(leftReader.Marker, rightReader.Marker) >= 0)
                ? leftReader.Marker
                : rightReader.Marker);
        }

        var leftMore = leftReader.MoveNext();
        var rightMore = rightReader.MoveNext();
        while (leftMore || rightMore)
        {
            var order = !leftMore ? 1 : !rightMore ? -1 : leftReader.Column.CompareTo(rightReader.Column);
            var takeRight = order > 0 || (order == 0 && rightWins(leftReader.Cell, rightReader.Cell));
            writer.SimpleColumn(takeRight ? rightReader.Column : leftReader.Column, takeRight ? rightReader.Cell : leftReader.Cell);
            leftMore = order <= 0 ? leftReader.MoveNext() : leftMore;
            rightMore = order >= 0 ? rightReader.MoveNext() : rightMore;
        }

        writer.Finish();
    }
}
