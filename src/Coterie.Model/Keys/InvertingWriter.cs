using System.Buffers;

namespace Coterie.Model.Keys;

/// <summary>
/// Passes on what is written with all bits inverted: the order of descending columns. One a thread, borrowed and given back, so that
/// writing a key allocates nothing.
/// </summary>
internal sealed class InvertingWriter : IBufferWriter<byte>, IDisposable
{
    [ThreadStatic]
    private static InvertingWriter? _spare;

    private IBufferWriter<byte>? _destination;
    private Memory<byte> _lent;

    private InvertingWriter()
    {
    }

    public static InvertingWriter Over(IBufferWriter<byte> destination)
    {
        var writer = _spare ?? new InvertingWriter();
        _spare = null;
        writer._destination = destination;
        return writer;
    }

    public void Advance(int count)
    {
        var written = _lent.Span[..count];
        Invert(written, written);
        _destination!.Advance(count);
        _lent = default;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _lent = _destination!.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        _destination = null;
        _lent = default;
        _spare = this;
    }

    public static void Invert(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = (byte)~source[i];
        }
    }
}
