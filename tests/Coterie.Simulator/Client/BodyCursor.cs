using System.Buffers.Binary;
using System.Text;

namespace Coterie.Simulator.Client;

/// <summary>Reads the notations of the native protocol (v4 §3) from one body.</summary>
internal ref struct BodyCursor(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public int Int()
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public ushort Short()
    {
        var value = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        _rest = _rest[2..];
        return value;
    }

    public string Text()
    {
        var length = Short();
        var value = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[length..];
        return value;
    }

    public byte[]? Bytes()
    {
        var length = Int();
        if (length < 0)
        {
            return null;
        }

        var value = _rest[..length].ToArray();
        _rest = _rest[length..];
        return value;
    }

    /// <summary>Passes over an [option] that describes a type: one without parameters, or a collection.</summary>
    public void Type()
    {
        const ushort list = 0x20;
        const ushort map = 0x21;
        const ushort set = 0x22;
        var id = Short();
        if (id is list or map or set)
        {
            Type();
            if (id == map)
            {
                Type();
            }
        }
        else if (id is 0 or >= list)
        {
            throw new NotSupportedException($"The simulation's client does not read columns of type {id}.");
        }
    }
}
