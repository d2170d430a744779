using Coterie.Model.Reads;

namespace Coterie.Replica.Reads;

/// <summary>The slices of one command, as places in its bytes, so that they can be walked both ways and searched. Reused from read to read.</summary>
internal sealed class SliceSet
{
    private readonly List<(Range Start, Range End)> _slices = [];

    public int Count => _slices.Count;

    public void Load(ref ReadCommandReader command)
    {
        _slices.Clear();
        while (command.NextSlice(out var start, out var end))
        {
            _slices.Add((start, end));
        }
    }

    public ReadOnlySpan<byte> Start(in ReadCommandReader command, int index) => command.Bytes(_slices[index].Start);

    public ReadOnlySpan<byte> End(in ReadCommandReader command, int index) => command.Bytes(_slices[index].End);

    public bool Contains(in ReadCommandReader command, ReadOnlySpan<byte> rowKey)
    {
        var index = FirstEndingAfter(command, rowKey);
        return index < Count && Start(command, index).SequenceCompareTo(rowKey) <= 0;
    }

    /// <summary>Whether any row of a slice may lie in <c>start ≤ key &lt; end</c>.</summary>
    public bool Overlaps(in ReadCommandReader command, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        var index = FirstEndingAfter(command, start);
        return index < Count && Start(command, index).SequenceCompareTo(end) < 0;
    }

    private int FirstEndingAfter(in ReadCommandReader command, ReadOnlySpan<byte> key)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (End(command, middle).SequenceCompareTo(key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
