using Coterie.Model;

namespace Coterie.Server.Protocol;

/// <summary>STARTUP (native protocol v4 §4.1.1): a [string map]. What is not known is ignored, as the protocol wants.</summary>
public sealed record StartupMessage(string? CqlVersion, string? Compression, string? DriverName, string? DriverVersion)
{
    /// <exception cref="MalformedDataException">The map is broken.</exception>
    public static StartupMessage Read(ref BodyReader reader)
    {
        string? cqlVersion = null, compression = null, driverName = null, driverVersion = null;
        var count = reader.ReadCount(bytesEach: 4);
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadString();
            var value = reader.ReadString();
            switch (key)
            {
                case "CQL_VERSION":
                    cqlVersion = value;
                    break;
                case "COMPRESSION":
                    compression = value;
                    break;
                case "DRIVER_NAME":
                    driverName = value;
                    break;
                case "DRIVER_VERSION":
                    driverVersion = value;
                    break;
            }
        }

        return new StartupMessage(cqlVersion, compression, driverName, driverVersion);
    }
}
