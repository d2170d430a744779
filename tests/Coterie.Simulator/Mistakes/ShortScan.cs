using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>A scan of data that ends after so many entries as if there were no more.</summary>
public sealed class ShortScan(IStorageEngine inner, int entriesMax) : WrappedEngine(inner)
{
    public override IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        var cursor = Inner.Scan(area, lower, upper, reverse);
        return area == StorageArea.Data ? new ShortCursor(cursor, entriesMax) : cursor;
    }

    private sealed class ShortCursor(IStorageCursor cursor, int left) : IStorageCursor
    {
        private int _left = left;

        public ReadOnlySpan<byte> Key => cursor.Key;

        public ReadOnlySpan<byte> Value => cursor.Value;

        public bool MoveNext() => _left-- > 0 && cursor.MoveNext();

        public void Dispose() => cursor.Dispose();
    }
}
