using Coterie.Server.SystemTables;

namespace Coterie.Server.Protocol;

/// <summary>SUPPORTED (native protocol v4 §4.2.4): a [string multimap]. Python's driver fails without COMPRESSION.</summary>
internal static class SupportedMessage
{
    private static readonly (string Key, string[] Values)[] Options =
    [
        ("COMPRESSION", [Lz4Body.Name]),
        ("CQL_VERSION", [SystemSource.CqlVersion]),
        ("PROTOCOL_VERSIONS", [ProtocolVersions.Supported]),
    ];

    public static void Write(FrameWriter frame)
    {
        frame.WriteShort(Options.Length);
        foreach (var (key, values) in Options)
        {
            frame.WriteString(key);
            frame.WriteStringList(values);
        }
    }
}
