namespace Coterie.Storage.Memory;

/// <summary>Walks one version of a map between two bounds. Later commits make new versions and do not touch it.</summary>
internal sealed class MemoryCursor : IStorageCursor
{
    // The nodes that still have to be visited after their nearer subtree, the next one on top.
    private readonly Stack<MemoryMap> _path = new();
    private readonly byte[] _lower;
    private readonly byte[] _upper;
    private readonly bool _reverse;
    private MemoryMap? _current;

    public MemoryCursor(MemoryMap? map, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        _lower = lower.ToArray();
        _upper = upper.ToArray();
        _reverse = reverse;
        Descend(map);
    }

    public ReadOnlySpan<byte> Key => Current.Key;

    public ReadOnlySpan<byte> Value => Current.Value;

    private MemoryMap Current => _current ?? throw new InvalidOperationException("The cursor is not at an entry.");

    public bool MoveNext()
    {
        if (!_path.TryPop(out _current))
        {
            return false;
        }

        Descend(_reverse ? _current.Left : _current.Right);
        return true;
    }

    public void Dispose()
    {
        _path.Clear();
        _current = null;
    }

    private void Descend(MemoryMap? map)
    {
        while (map is not null)
        {
            var belowRange = map.Key.AsSpan().SequenceCompareTo(_lower) < 0;
            var aboveRange = map.Key.AsSpan().SequenceCompareTo(_upper) >= 0;
            if (belowRange || aboveRange)
            {
                map = belowRange ? map.Right : map.Left;
                continue;
            }

            _path.Push(map);
            map = _reverse ? map.Right : map.Left;
        }
    }
}
