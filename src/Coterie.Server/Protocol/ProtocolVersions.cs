using System.Globalization;

namespace Coterie.Server.Protocol;

/// <summary>
/// Which versions of the native protocol are spoken. Drivers begin with a version that does not exist here (most with 66, DSE's second)
/// and step down by what the refusal says, so its text is Cassandra's own and its header carries the highest version spoken.
/// </summary>
public static class ProtocolVersions
{
    public const byte ResponseBit = 0x80;

    public const byte V4 = 4;

    public const byte Maximum = V4;

    public const string Supported = "4/v4";

    public static bool IsSpoken(byte version) => version == V4;

    public static string Refusal(byte version) => string.Create(
        CultureInfo.InvariantCulture,
        $"Invalid or unsupported protocol version ({version & ~ResponseBit}); supported versions are ({Supported})");
}
